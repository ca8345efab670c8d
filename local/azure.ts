/**
 * What the emulated Azure of a local system is built with: the subscription, the registries and their ports, the vaults, the storage accounts, who
 * may sign in. The names are those of the walkthrough's snapshot (infra/examples), which is then deployed into it.
 */
import type { CloudConfig } from './cloud/world.ts';
import type { Instance } from './instance.ts';

/** The four registries of the product. */
export type RegistryRole = 'public' | 'quarantine' | 'base' | 'team';
export const registryRoles: RegistryRole[] = ['public', 'quarantine', 'base', 'team'];

export interface Registry {
  name: string;
  resourceGroup: string;
  port: number;
  /** Its login server. */
  host: string;
  /** Its Azure resource id. */
  id: string;
}

export const subscription = '00000000-0000-4000-8000-000000000001';
export const tenant = '00000000-0000-4000-8000-000000000002';
export const location = 'westeurope';
export const resourceGroup = 'gated-import-walkthrough-rg';
/** What makes names unique in Azure. */
const TOKEN = 'nv3akgmtkummu';
const VAULT = `gated-${TOKEN}`;
const GIT_VAULT = `gated-git-${TOKEN}`;
/** Of the host and the ledger, and the one that the policy is uploaded to. */
export const storageAccounts = { gated: `gated${TOKEN}`, policy: `policy${TOKEN}` };
const FUNCTION_APP = `gated-import-${TOKEN}`;

export function registriesOf({ ports }: Instance): Record<RegistryRole, Registry> {
  const registry = (role: RegistryRole, port: number): Registry => ({
    name: `${role}${TOKEN}`,
    resourceGroup,
    port,
    host: `localhost:${port}`,
    id: inResourceGroup(resourceGroup, 'Microsoft.ContainerRegistry/registries', `${role}${TOKEN}`),
  });
  return {
    public: registry('public', ports.publicRegistry),
    quarantine: registry('quarantine', ports.quarantineRegistry),
    base: registry('base', ports.baseRegistry),
    team: registry('team', ports.teamRegistry),
  };
}

/** Who may sign in: the app, container groups that pull their image, whoever provisions all of this, and who may upload the policy. */
export const identities = {
  app: identity('11'),
  pull: identity('31'),
  provisioner: identity('21'),
  // Object id: `policyAuthors` of infra/examples/walkthrough.bicepparam.
  author: { ...identity('41'), objectId: '3f6f5b0e-1d0c-4a57-9c55-0b9d7a4d1e01' },
};

function identity(number: string): { objectId: string; clientId: string } {
  return {
    objectId: `00000000-0000-4000-8000-0000000000${number}`,
    clientId: `00000000-0000-4000-9000-0000000000${number}`,
  };
}

export const inResourceGroup = (group: string, type: string, name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${group}/providers/${type}/${name}`;

export const vaultId = inResourceGroup(resourceGroup, 'Microsoft.KeyVault/vaults', VAULT);
/** What a deployment gives the tasks, and no identity of the system may read. */
export const gitTokenId = `${inResourceGroup(resourceGroup, 'Microsoft.KeyVault/vaults', GIT_VAULT)}/secrets/git-token`;
export const pullIdentityId = inResourceGroup(
  resourceGroup,
  'Microsoft.ManagedIdentity/userAssignedIdentities',
  'gated-import-pull',
);
export const announcementTopicId = inResourceGroup(
  resourceGroup,
  'Microsoft.EventGrid/topics',
  `gated-import-${TOKEN}`,
);
/** Of the container groups of the walkthrough, as its policy says. */
export const appsResourceGroupId = `/subscriptions/${subscription}/resourceGroups/hello-world-aci-rg`;

/** In the vault of the app. */
export const signingKey = 'promotions';
export const signingKeyId = `${vaultId}/keys/${signingKey}`;

export const runnerImage = (instance: Instance): string =>
  `${registriesOf(instance).quarantine.host}/gated-import/runner:1`;

/** Of the vault of the app. */
export const vaultUrl = ({ ports }: Instance): string => `https://localhost:${ports.vault}`;
export const armUrl = ({ ports }: Instance): string => `https://localhost:${ports.arm}`;
/** Where a policy can be uploaded to, and be read by an app whose `POLICY` says so; by default it reads a folder. */
export const policyContainerUrl = ({ ports }: Instance): string =>
  `https://127.0.0.1:${ports.storageBlobs}/${storageAccounts.policy}/policy`;
export const identityUrl = ({ ports }: Instance): string => `http://127.0.0.1:${ports.identity}/msi/token`;

export function cloudConfig(instance: Instance): CloudConfig {
  const { arm, identity, vault, gitVault, events, blobs, ...ports } = instance.ports;
  return {
    instance: instance.name,
    subscription,
    tenant,
    location,
    ports: { arm, identity, events, blobs },
    registries: Object.values(registriesOf(instance)).map(({ name, resourceGroup: group, port }) => ({
      name,
      resourceGroup: group,
      port,
    })),
    vaults: [
      { name: VAULT, resourceGroup, port: vault },
      { name: GIT_VAULT, resourceGroup, port: gitVault },
    ],
    storage: {
      accounts: Object.values(storageAccounts).map((name) => ({ name, resourceGroup })),
      blobEndpoint: `https://127.0.0.1:${ports.azuriteBlobs}`,
      doors: {
        blobs: { front: ports.storageBlobs, behind: ports.azuriteBlobs },
        queues: { front: ports.storageQueues, behind: ports.azuriteQueues },
        tables: { front: ports.storageTables, behind: ports.azuriteTables },
      },
    },
    functionApp: { name: FUNCTION_APP, resourceGroup, url: `http://127.0.0.1:${instance.ports.app}` },
    addresses: instance.addresses,
    runnerImage: runnerImage(instance),
    principals: [
      { name: 'gated-import', ...identities.app, identityHeader: instance.identityHeaders.app },
      { name: 'gated-import-pull', ...identities.pull, identityHeader: instance.identityHeaders.pull },
      {
        name: 'provisioner',
        ...identities.provisioner,
        identityHeader: instance.identityHeaders.provisioner,
        owner: true,
      },
      { name: 'policy-author', ...identities.author, identityHeader: instance.identityHeaders.author },
    ],
  };
}
