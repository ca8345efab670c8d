/**
 * What the templates make of the walkthrough, in the emulated Azure: the assignments of the snapshot and no others, an image in each registry, and a
 * client of every SDK for each identity.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerInstanceManagementClient } from '@azure/arm-containerinstance';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import { ContainerRegistryClient, ContainerRegistryContentClient } from '@azure/container-registry';
import type { TokenCredential } from '@azure/core-auth';
import { ServiceClient } from '@azure/core-client';
import { createHttpHeaders, createPipelineRequest, type HttpMethods } from '@azure/core-rest-pipeline';
import { TableClient } from '@azure/data-tables';
import { EventGridPublisherClient } from '@azure/eventgrid';
import { CryptographyClient, KeyClient } from '@azure/keyvault-keys';
import { SecretClient } from '@azure/keyvault-secrets';
import { BlobServiceClient } from '@azure/storage-blob';
import {
  announcementTopicId,
  armUrl,
  cloudConfig,
  identities,
  inResourceGroup,
  registriesOf,
  resourceGroup,
  signingKey,
  storageAccounts,
  subscription,
  vaultUrl,
  type Registry,
  type RegistryRole,
} from '../../../../local/azure.ts';
import { sdkSettings } from '../../../../local/app-settings.ts';
import { startCloud, type Cloud } from '../../../../local/cloud/cloud.ts';
import type { Principal } from '../../../../local/cloud/world.ts';
import type { Engine } from '../../../../local/containers/engine.ts';
import { deployFirstStage } from '../../../../local/deployment/stages.ts';
import { openInstance, type Instance } from '../../../../local/instance.ts';
import { layoutOf } from '../../../../local/layout.ts';
import { createAzureClient } from '../../../../local/provision/azure-client.ts';
import { startStorage } from '../../../../local/storage.ts';
import { trust } from '../../../../local/trust.ts';
import { basic } from '../../cloud/registry-fixture.ts';
import { image, OCI_MANIFEST } from '../../cloud/registry-images.ts';
import { credentialOf, emptyEngine } from '../../cloud/services.ts';

/** Whom the templates give roles. */
export type Who = 'app' | 'pull' | 'task' | 'topic' | 'author';

export interface Estate {
  cloud: Cloud;
  instance: Instance;
  registries: Record<RegistryRole, Registry>;
  as(who: Who): Clients;
  /** Id of a resource in the group of the system. */
  id(type: string, name: string): string;
  close(): Promise<void>;
}

export const REPOSITORY = 'node';
export const TAG = '15-alpine';
export const GROUP = resourceGroup;
export const TOPIC = announcementTopicId.split('/').at(-1) ?? '';
export const APPS_GROUP = 'hello-world-aci-rg';

type MakeEngine = (options: { directory: string; instance: string }) => Promise<Engine>;

/** Without an engine no run comes to its end. */
export async function openEstate(options: { engine?: MakeEngine } = {}): Promise<Estate> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-estate-'));
  const closing: (() => Promise<unknown>)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    const instance = await openInstance({ directory, ports: 'free' });
    const layout = layoutOf(directory);
    const engine = options.engine
      ? await options.engine({ directory: layout.cloud, instance: instance.name })
      : emptyEngine;
    if (options.engine) closing.push(() => engine.removeAll({ images: true }));
    const cloud = await startCloud({
      ...{ config: cloudConfig(instance), directory: layout.cloud, engine, log: () => {} },
    });
    closing.push(() => cloud.stop());
    const { tls } = cloud.world;
    trust(tls.caFile);
    const { azuriteBlobs: blob, azuriteQueues: queue, azuriteTables: table } = instance.ports;
    const storage = await startStorage({
      ...{ tls, directory: layout.storage, ports: { blob, queue, table } },
      accounts: [storageAccounts.gated, storageAccounts.policy],
    });
    closing.push(() => storage.stop());

    const azure = createAzureClient(instance);
    await deployFirstStage(azure, layout);
    const registries = registriesOf(instance);
    for (const { host } of Object.values(registries)) await pushAnImage(cloud, host);
    const principalOf = async (id: string, apiVersion: string): Promise<Principal> => {
      const { identity } = (await azure.get(id, apiVersion)) as { identity: { principalId: string } };
      return { name: id.slice(id.lastIndexOf('/') + 1), objectId: identity.principalId };
    };
    const principals: Record<Who, Principal> = {
      app: { name: 'gated-import', ...identities.app },
      pull: { name: 'gated-import-pull', ...identities.pull },
      author: { name: 'policy-author', ...identities.author },
      task: await principalOf(`${registries.team.id}/tasks/hello-world`, '2019-06-01-preview'),
      topic: await principalOf(inResourceGroup(GROUP, 'Microsoft.EventGrid/systemTopics', 'team-pushes'), '2025-02-15'),
    };
    return {
      ...{ cloud, instance, registries, close },
      as: (who) => clientsOf(credentialOf(cloud.identity, principals[who]), instance),
      id: (type, name) => inResourceGroup(GROUP, type, name),
    };
  } catch (error) {
    await close();
    throw error;
  }
}

export const gitVaultUrl = ({ ports }: Instance): string => `https://localhost:${ports.gitVault}`;

export type Clients = ReturnType<typeof clientsOf>;

function clientsOf(credential: TokenCredential, instance: Instance) {
  const once = { retryOptions: { maxRetries: 0, maxTries: 1 } };
  const registries = registriesOf(instance);
  const endpoint = armUrl(instance);
  const { storageQueues } = instance.ports;
  const { TABLES_ENDPOINT: tables = '', BLOBS_ENDPOINT: blobs = '' } = sdkSettings({
    ...{ instance, caFile: '', identityHeader: '' },
  });
  const vault = { ...once, disableChallengeResourceVerification: true };
  const arm = new ServiceClient({ ...once, credential, credentialScopes: 'https://management.azure.com/.default' });
  return {
    content: (role: RegistryRole, repository = REPOSITORY) =>
      new ContainerRegistryContentClient(`https://${registries[role].host}`, repository, credential, once),
    artifact: (role: RegistryRole, reference: string, repository = REPOSITORY) =>
      new ContainerRegistryClient(`https://${registries[role].host}`, credential, once).getArtifact(
        repository,
        reference,
      ),
    registries: new ContainerRegistryManagementClient(credential, subscription, { endpoint, ...once }),
    groups: new ContainerInstanceManagementClient(credential, subscription, { endpoint, ...once }).containerGroups,
    secrets: new SecretClient(vaultUrl(instance), credential, vault),
    /** Of the vault of the git token. */
    gitSecrets: new SecretClient(gitVaultUrl(instance), credential, vault),
    keys: new KeyClient(vaultUrl(instance), credential, vault),
    key: new CryptographyClient(`${vaultUrl(instance)}/keys/${signingKey}`, credential, vault),
    table: new TableClient(tables, 'gates', credential, once),
    blobs: new BlobServiceClient(blobs, credential, once),
    policyBlobs: new BlobServiceClient(new URL(`/${storageAccounts.policy}`, blobs).href, credential, once),
    topic: (name: string) =>
      new EventGridPublisherClient(
        `https://localhost:${instance.ports.events}/${name}/api/events`,
        'CloudEvent',
        credential,
        once,
      ),
    async makeQueue(account: string, name: string): Promise<unknown> {
      const { token = '' } = (await credential.getToken('https://storage.azure.com/.default')) ?? {};
      const headers = { authorization: `Bearer ${token}`, 'x-ms-version': '2024-11-04' };
      const answer = await fetch(`https://127.0.0.1:${storageQueues}/${account}/${name}`, { method: 'PUT', headers });
      if (answer.ok) return answer.status;
      const code = answer.headers.get('x-ms-error-code');
      throw Object.assign(new Error(await answer.text()), { statusCode: answer.status, code });
    },
    /** What has no client here. Throws the answer of a refusal, as the clients do. */
    async arm(method: HttpMethods, path: string, body?: object, version = '2022-04-01'): Promise<unknown> {
      const headers = createHttpHeaders({ 'content-type': 'application/json' });
      const request = createPipelineRequest({ url: `${endpoint}${path}?api-version=${version}`, method, headers });
      const answer = await arm.sendRequest({ ...request, ...(body ? { body: JSON.stringify(body) } : {}) });
      const parsed = JSON.parse(answer.bodyAsText || '{}') as { error?: { code: string } };
      if (answer.status < 400) return parsed;
      throw Object.assign(new Error(answer.bodyAsText ?? ''), { statusCode: answer.status, code: parsed.error?.code });
    },
  };
}

/** The same in every registry, with a login of the cloud's own. */
async function pushAnImage(cloud: Cloud, host: string): Promise<void> {
  const { manifest, blobs } = await image('promoted');
  const authorization = basic(cloud.registries.login(host));
  const send = async (method: string, path: string, bytes: Buffer, type: string): Promise<void> => {
    const headers = { authorization, 'content-type': type };
    const answer = await fetch(`https://${host}/v2/${REPOSITORY}/${path}`, {
      ...{ method, headers, body: new Uint8Array(bytes) },
    });
    if (answer.status !== 201) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  };
  for (const { digest, bytes } of blobs) {
    await send('POST', `blobs/uploads/?digest=${digest}`, bytes, 'application/octet-stream');
  }
  await send('PUT', `manifests/${TAG}`, manifest.bytes, OCI_MANIFEST);
}
