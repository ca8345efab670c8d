/**
 * The built-in roles that this product, its Bicep files and its walkthrough name, with the actions that matter here; Azure's lists are longer.
 *
 * https://learn.microsoft.com/azure/role-based-access-control/built-in-roles . `unverified`: the GUID or the actions were not compared
 * with that page, but with other people's use of the role.
 */
import type { Permissions } from './permissions.ts';

export interface RoleDefinition {
  /** GUID, in lower case. */
  guid: string;
  name: string;
  type: 'BuiltInRole' | 'CustomRole';
  description?: string;
  permissions: Permissions;
  assignableScopes: string[];
}

interface BuiltIn extends Partial<Permissions> {
  guid: string;
  unverified?: 'guid and actions' | 'actions';
}

const ACR = 'Microsoft.ContainerRegistry/registries';
const REPOSITORIES = `${ACR}/repositories`;
const SECRETS = 'Microsoft.KeyVault/vaults/secrets';
const KEYS = 'Microsoft.KeyVault/vaults/keys';
const STORAGE = 'Microsoft.Storage/storageAccounts';

const BUILT_IN = {
  Owner: { guid: '8e3af657-a8ff-443c-a75c-2fe8c4bcb635', unverified: 'guid and actions', actions: ['*'] },
  Contributor: {
    guid: 'b24988ac-6180-42a0-ab88-20f7382dd24c',
    unverified: 'guid and actions',
    actions: ['*'],
    notActions: [
      'Microsoft.Authorization/*/Delete',
      'Microsoft.Authorization/*/Write',
      'Microsoft.Authorization/elevateAccess/Action',
    ],
  },
  Reader: { guid: 'acdd72a7-3385-48ef-bd42-f606fba81ae7', unverified: 'guid and actions', actions: ['*/read'] },
  'User Access Administrator': {
    guid: '18d7d88d-d35e-4fb5-a5c3-7773c20a72d9',
    unverified: 'guid and actions',
    actions: ['*/read', 'Microsoft.Authorization/*'],
  },

  AcrPull: { guid: '7f951dda-4ed3-4680-a7ca-43fe172d538d', actions: [`${ACR}/pull/read`] },
  AcrPush: { guid: '8311e382-0749-4cb8-b61a-304f252e45ec', actions: [`${ACR}/pull/read`, `${ACR}/push/write`] },
  AcrDelete: { guid: 'c2f4ef07-c644-48eb-af81-4b1b4947fb11', actions: [`${ACR}/artifacts/delete`] },
  'Container Registry Repository Reader': {
    guid: 'b93aa761-3e63-49ed-ac28-beffa264f7ac',
    dataActions: [`${REPOSITORIES}/content/read`, `${REPOSITORIES}/metadata/read`],
  },
  'Container Registry Repository Writer': {
    guid: '2a1e307c-b015-4ebd-883e-5b7698a07328',
    dataActions: ['content/read', 'metadata/read', 'content/write', 'metadata/write'].map(
      (action) => `${REPOSITORIES}/${action}`,
    ),
  },
  'Container Registry Repository Contributor': {
    guid: '2efddaa5-3f1f-4df3-97df-af3f13818f4c',
    dataActions: [
      ...['content/read', 'metadata/read', 'content/write', 'metadata/write', 'content/delete', 'metadata/delete'],
    ].map((action) => `${REPOSITORIES}/${action}`),
  },
  'Container Registry Repository Catalog Lister': {
    guid: 'bfdb9389-c9a5-478a-bb2f-ba9ca092c3c7',
    dataActions: [`${ACR}/catalog/read`],
  },
  'Container Registry Data Importer and Data Reader': {
    guid: '577a9874-89fd-4f24-9dbd-b5034d0ad23a',
    actions: [`${ACR}/importImage/action`, `${ACR}/read`, `${ACR}/pull/read`],
    dataActions: [`${REPOSITORIES}/content/read`, `${REPOSITORIES}/metadata/read`, `${ACR}/catalog/read`],
  },
  'Container Registry Tasks Contributor': {
    guid: 'fb382eab-e894-4461-af04-94435c366c3f',
    actions: [
      ...['read', 'scheduleRun/action', 'listBuildSourceUploadUrl/action', 'agentpools/*', 'taskruns/*'],
      ...['tasks/read', 'tasks/write', 'tasks/delete', 'tasks/listDetails/action'],
      ...['runs/read', 'runs/write', 'runs/listLogSasUrl/action', 'runs/cancel/action'],
    ]
      .map((action) => `${ACR}/${action}`)
      .concat('Microsoft.Resources/deployments/*'),
  },

  'Azure Container Instances Contributor Role': {
    guid: '5d977122-f97e-4b4d-a52f-6b43003ddb4d',
    unverified: 'actions',
    actions: ['Microsoft.ContainerInstance/containerGroups/*', 'Microsoft.Resources/subscriptions/resourceGroups/read'],
  },
  'Managed Identity Operator': {
    guid: 'f1a07417-d97a-45cb-824c-7a7467783830',
    // Azure writes `*/read` and `*/assign/action`, and takes them for those of the identity itself.
    actions: ['read', '*/read', 'assign/action', '*/assign/action'].map(
      (action) => `Microsoft.ManagedIdentity/userAssignedIdentities/${action}`,
    ),
  },

  'Key Vault Secrets User': {
    guid: '4633458b-17de-408a-b874-0445c86b69e6',
    dataActions: [`${SECRETS}/getSecret/action`, `${SECRETS}/readMetadata/action`],
  },
  'Key Vault Secrets Officer': {
    guid: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
    unverified: 'guid and actions',
    actions: ['Microsoft.KeyVault/vaults/*/read'],
    dataActions: [`${SECRETS}/*`],
  },
  'Key Vault Crypto User': {
    guid: '12338af0-0e69-4776-bea7-57ae8d297424',
    unverified: 'actions',
    dataActions: [
      ...['read', 'update/action', 'backup/action', 'encrypt/action', 'decrypt/action', 'wrap/action'],
      ...['unwrap/action', 'sign/action', 'verify/action'],
    ].map((action) => `${KEYS}/${action}`),
  },
  'Key Vault Crypto Officer': {
    guid: '14b46e9e-c2b7-41b4-b07b-48a6ebf60603',
    unverified: 'guid and actions',
    actions: ['Microsoft.KeyVault/vaults/*/read'],
    dataActions: [`${KEYS}/*`],
  },

  'EventGrid Data Sender': {
    guid: 'd5a91429-5739-47e2-a06b-3470a27159e7',
    actions: ['Microsoft.EventGrid/topics/read', 'Microsoft.EventGrid/domains/read'],
    dataActions: ['Microsoft.EventGrid/events/send/action'],
  },

  'Storage Blob Data Owner': {
    guid: 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b',
    unverified: 'actions',
    actions: [`${STORAGE}/blobServices/containers/*`],
    dataActions: [`${STORAGE}/blobServices/containers/blobs/*`],
  },
  'Storage Blob Data Reader': {
    guid: '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1',
    unverified: 'actions',
    actions: [`${STORAGE}/blobServices/containers/read`],
    dataActions: [`${STORAGE}/blobServices/containers/blobs/read`],
  },
  'Storage Blob Data Contributor': {
    guid: 'ba92f5b4-2d11-453d-a403-e96b0029c9fe',
    unverified: 'actions',
    actions: ['read', 'write', 'delete'].map((action) => `${STORAGE}/blobServices/containers/${action}`),
    dataActions: ['read', 'write', 'delete', 'add/action', 'move/action'].map(
      (action) => `${STORAGE}/blobServices/containers/blobs/${action}`,
    ),
  },
  'Storage Table Data Contributor': {
    guid: '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3',
    unverified: 'actions',
    actions: ['read', 'write', 'delete'].map((action) => `${STORAGE}/tableServices/tables/${action}`),
    dataActions: ['read', 'write', 'delete', 'add/action', 'update/action'].map(
      (action) => `${STORAGE}/tableServices/tables/entities/${action}`,
    ),
  },
  'Storage Queue Data Contributor': {
    guid: '974c5e8b-45b9-4653-ba55-5f855dd0fb88',
    unverified: 'actions',
    actions: ['read', 'write', 'delete'].map((action) => `${STORAGE}/queueServices/queues/${action}`),
    dataActions: ['read', 'write', 'delete', 'process/action'].map(
      (action) => `${STORAGE}/queueServices/queues/messages/${action}`,
    ),
  },
  'Storage Queue Data Message Sender': {
    guid: 'c6a89b2d-59bc-44d0-9896-0f6e12d7b80a',
    unverified: 'actions',
    dataActions: [`${STORAGE}/queueServices/queues/messages/add/action`],
  },
  'Monitoring Metrics Publisher': {
    guid: '3913510d-42f4-4e42-8a64-420c390055eb',
    dataActions: ['Microsoft.Insights/Metrics/Write', 'Microsoft.Insights/Telemetry/Write'],
  },
} satisfies Record<string, BuiltIn>;

export type BuiltInRole = keyof typeof BUILT_IN;

export const guidOfRole = (name: BuiltInRole): string => BUILT_IN[name].guid;

export const builtInRoles: RoleDefinition[] = Object.entries<BuiltIn>(BUILT_IN).map(
  ([name, { guid, actions = [], notActions = [], dataActions = [], notDataActions = [] }]) => ({
    guid,
    name,
    type: 'BuiltInRole',
    permissions: { actions, notActions, dataActions, notDataActions },
    assignableScopes: ['/'],
  }),
);
