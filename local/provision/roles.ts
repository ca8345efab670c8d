/**
 * Who may do what: each identity gets what it needs where it needs it, and nothing else. Built-in roles by the id that Azure gives them,
 * roles of our own where every built-in one allows more.
 *
 * The registries are in plain mode, where management actions rule the images too:
 * https://learn.microsoft.com/azure/container-registry/container-registry-rbac-built-in-roles-directory-reference
 */
import { createHash } from 'node:crypto';
import {
  appsResourceGroupId,
  identities,
  pullIdentityId,
  registriesOf,
  signingKeyId,
  subscription,
  vaultId,
} from '../azure.ts';
import type { Instance } from '../instance.ts';
import type { Resource } from './declared.ts';
import { announcementTopic } from './resources.ts';

const API_VERSION = '2022-04-01';

/** https://learn.microsoft.com/azure/role-based-access-control/built-in-roles */
const builtIn = {
  acrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d',
  acrPush: '8311e382-0749-4cb8-b61a-304f252e45ec',
  acrDelete: 'c2f4ef07-c644-48eb-af81-4b1b4947fb11',
  managedIdentityOperator: 'f1a07417-d97a-45cb-824c-7a7467783830',
  keyVaultSecretsOfficer: 'b86a8fe4-44ce-4948-aee5-eccb2c155cd7',
  keyVaultCryptoOfficer: '14b46e9e-c2b7-41b4-b07b-48a6ebf60603',
  eventGridDataSender: 'd5a91429-5739-47e2-a06b-3470a27159e7',
};

const REGISTRY = 'Microsoft.ContainerRegistry/registries';
const GROUPS = 'Microsoft.ContainerInstance/containerGroups';

const own = {
  importer: customRole('gated-import importer', {
    actions: [`${REGISTRY}/read`, `${REGISTRY}/importImage/action`, `${REGISTRY}/operationStatuses/read`],
  }),
  locker: customRole('gated-import locker', {
    actions: [`${REGISTRY}/read`, `${REGISTRY}/metadata/read`, `${REGISTRY}/metadata/write`],
  }),
  runOperator: customRole('gated-import run operator', {
    actions: [
      `${REGISTRY}/read`,
      `${REGISTRY}/tasks/read`,
      `${REGISTRY}/scheduleRun/action`,
      `${REGISTRY}/listBuildSourceUploadUrl/action`,
      `${REGISTRY}/runs/read`,
      `${REGISTRY}/runs/listLogSasUrl/action`,
      `${REGISTRY}/runs/cancel/action`,
    ],
  }),
  groupRunner: customRole('gated-import group runner', { actions: [`${GROUPS}/read`, `${GROUPS}/write`] }),
  /** `Key Vault Secrets User` would also list the names of all secrets. */
  secretReader: customRole('gated-import secret reader', {
    dataActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/action'],
  }),
  /** `Key Vault Crypto User` would also encrypt, unwrap, change the key and take a backup of it. */
  recordSigner: customRole('gated-import record signer', {
    dataActions: ['read', 'sign/action'].map((action) => `Microsoft.KeyVault/vaults/keys/${action}`),
  }),
};

/** Before anything that needs them: also whoever provisions may write no secret and make no key without a role. */
export function roles(instance: Instance): Resource[] {
  const { quarantine, base, team } = registriesOf(instance);
  const { app, pull, provisioner } = identities;
  const give = (who: { objectId: string }, scope: string, ...guids: string[]) =>
    guids.map((guid) => assignment({ principalId: who.objectId, scope, guid }));
  return [
    ...Object.values(own).map(({ definition }) => definition),
    ...give(provisioner, vaultId, builtIn.keyVaultSecretsOfficer, builtIn.keyVaultCryptoOfficer),
    ...give(app, vaultId, own.secretReader.guid),
    ...give(app, signingKeyId, own.recordSigner.guid),
    ...give(app, announcementTopic.path, builtIn.eventGridDataSender),
    // In quarantine it moves the tag that a task check builds from, and removes what no candidate needs.
    ...give(app, quarantine.id, builtIn.acrPush, builtIn.acrDelete),
    ...give(app, quarantine.id, own.importer.guid, own.locker.guid, own.runOperator.guid),
    ...give(app, base.id, builtIn.acrPush, own.importer.guid, own.locker.guid),
    ...give(app, team.id, builtIn.acrPull, own.runOperator.guid),
    ...give(app, appsResourceGroupId, own.groupRunner.guid),
    ...give(app, pullIdentityId, builtIn.managedIdentityOperator),
    ...give(pull, team.id, builtIn.acrPull),
  ];
}

/** For the system-assigned identity of a task that reads another registry. */
export const taskPulls = (principalId: string, registryId: string): Resource =>
  assignment({ principalId, scope: registryId, guid: builtIn.acrPull });

function customRole(
  roleName: string,
  permission: { actions?: string[]; dataActions?: string[] },
): { guid: string; definition: Resource } {
  const guid = guidFrom(roleName);
  const scope = `/subscriptions/${subscription}`;
  return {
    guid,
    definition: {
      path: `${scope}/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
      apiVersion: API_VERSION,
      body: {
        properties: { roleName, type: 'CustomRole', permissions: [permission], assignableScopes: [scope] },
      },
    },
  };
}

function assignment(given: { principalId: string; scope: string; guid: string }): Resource {
  const { principalId, scope, guid } = given;
  return {
    path: `${scope}/providers/Microsoft.Authorization/roleAssignments/${guidFrom(`${scope} ${principalId} ${guid}`)}`,
    apiVersion: API_VERSION,
    body: {
      properties: {
        roleDefinitionId: `/subscriptions/${subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`,
        principalId,
        principalType: 'ServicePrincipal',
      },
    },
  };
}

/** The same at every start, as Bicep's `guid()` is. */
function guidFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex');
  return [hex.slice(0, 8), hex.slice(8, 12), `5${hex.slice(13, 16)}`, `8${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  );
}
