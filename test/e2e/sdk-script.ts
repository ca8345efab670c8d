/**
 * A script as a person writes it, with the Azure SDK and nothing of this product: `node sdk-script.ts <endpoints.json>`.
 *
 * Its environment is the one that `endpoints.json` documents. Prints what it saw as JSON.
 */
import { readFile } from 'node:fs/promises';
import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ContainerRegistryClient } from '@azure/container-registry';
import { TableServiceClient } from '@azure/data-tables';
import { DefaultAzureCredential } from '@azure/identity';
import { SecretClient } from '@azure/keyvault-secrets';
import { BlobClient } from '@azure/storage-blob';

interface Documented {
  arm: string;
  keyVault: string;
  tables: string;
  registries: Record<'quarantine' | 'base', { url: string; name: string; resourceGroup: string }>;
}

const [file = ''] = process.argv.slice(2);
const { arm, keyVault, tables, registries } = JSON.parse(await readFile(file, 'utf8')) as Documented;
const credential = new DefaultAzureCredential();
const subscription = process.env['SUBSCRIPTION_ID'] ?? '';

const acr = new ContainerRegistryManagementClient(credential, subscription, { endpoint: arm });
const { resourceGroup, name } = registries.quarantine;
const runs = await listed(acr.runs.list(resourceGroup, name));
const [newest] = runs;
const { logLink = '' } = await acr.runs.getLogSasUrl(resourceGroup, name, newest?.runId ?? '');
const log = (await new BlobClient(logLink).downloadToBuffer()).toString('utf8');

const base = new ContainerRegistryClient(registries.base.url, credential);
const tags = await listed(base.getArtifact('node', '15-alpine').listTagProperties());

const aci = new ContainerInstanceManagementClient(credential, subscription, { endpoint: arm });
const groups = await listed(aci.containerGroups.list());

const vault = new SecretClient(keyVault, credential, { disableChallengeResourceVerification: true });

console.log(
  JSON.stringify({
    runs: runs.map(({ runId, status, runType }) => ({ runId, status, runType })),
    log,
    tags: tags.map((tag) => ({ name: tag.name, digest: tag.digest, canWrite: tag.canWrite, canDelete: tag.canDelete })),
    groups: groups.map((group) => ({
      name: group.name,
      ip: group.ipAddress?.ip,
      images: group.containers.map(({ image }) => image),
    })),
    secrets: (await listed(vault.listPropertiesOfSecrets())).map((secret) => secret.name),
    tables: (await listed(new TableServiceClient(tables, credential).listTables())).map((table) => table.name),
  }),
);

async function listed<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}
