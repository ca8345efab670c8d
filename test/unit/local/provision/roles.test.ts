/** What the identities of a local system may do: every call that the app makes, and no assignment that none of them needs. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  appsResourceGroupId,
  identities,
  pullIdentityId,
  registriesOf,
  signingKeyId,
  vaultId,
} from '../../../../local/azure.ts';
import { builtInRoles } from '../../../../local/cloud/roles/definitions.ts';
import { may } from '../../../../local/cloud/roles/may.ts';
import type { Permission } from '../../../../local/cloud/world.ts';
import { openInstance, type Instance } from '../../../../local/instance.ts';
import { announcementTopic } from '../../../../local/provision/resources.ts';
import { roles } from '../../../../local/provision/roles.ts';

let folder: string;
let instance: Instance;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-roles-'));
  instance = await openInstance({ directory: folder, ports: 'free' });
});
afterEach(() => rm(folder, { recursive: true }));

interface Assigned {
  scope: string;
  principalId: string;
  role: string;
}

function assigned(): Assigned[] {
  return roles(instance).flatMap(({ path, body }) => {
    const [, scope] = /^(.+)\/providers\/Microsoft\.Authorization\/roleAssignments\/[^/]+$/.exec(path) ?? [];
    const { properties } = body as { properties: { principalId: string; roleDefinitionId: string } };
    if (scope === undefined) return [];
    const role = properties.roleDefinitionId.split('/').at(-1) ?? '';
    return [{ scope, principalId: properties.principalId, role }];
  });
}

/** Built-in roles, and those of our own that are declared beside the assignments. */
function permissionsOf(guid: string) {
  const builtIn = builtInRoles.find((role) => role.guid === guid);
  const own = roles(instance).find(({ path }) => path.endsWith(`/roleDefinitions/${guid}`));
  type Given = { actions?: string[]; dataActions?: string[] };
  const [given] = (own?.body as { properties: { permissions: Given[] } } | undefined)?.properties.permissions ?? [];
  const none = { actions: [], notActions: [], dataActions: [], notDataActions: [] };
  return (
    builtIn ?? {
      guid,
      name: guid,
      type: 'CustomRole' as const,
      permissions: { ...none, ...given },
      assignableScopes: [],
    }
  );
}

const isAllowed = (assignments: Assigned[], [permission, scope]: Call): boolean =>
  may(
    {
      assignments: assignments.map((each) => ({
        ...each,
        id: each.scope,
        name: each.role,
        principalType: 'ServicePrincipal',
        createdAt: 0,
        createdBy: '',
      })),
      definition: permissionsOf,
    },
    permission,
    scope,
  );

type Call = [permission: Permission, scope: string];

/** Every call of the app's adapters, `shared/azure/`, by what it needs. */
function callsOfTheApp(): Call[] {
  const { quarantine, base, team } = registriesOf(instance);
  const at = (scope: string, ...actions: string[]): Call[] =>
    actions.map((action) => [{ action: `Microsoft.ContainerRegistry/registries/${action}` }, scope]);
  const run = ['scheduleRun/action', 'runs/read', 'runs/listLogSasUrl/action', 'runs/cancel/action'];
  const group = `${appsResourceGroupId}/providers/Microsoft.ContainerInstance/containerGroups/hello-world`;
  return [
    // Finding each by its login server.
    ...[quarantine, base, team].flatMap(({ id }) => at(id, 'read')),
    // Intake into quarantine, and promotion from there into base.
    ...at(quarantine.id, 'importImage/action', 'pull/read', 'metadata/write'),
    ...at(base.id, 'importImage/action', 'pull/read', 'push/write', 'metadata/write'),
    // The tag that a task check builds from, and the clean-up.
    ...at(quarantine.id, 'push/write', 'artifacts/delete'),
    // Checks.
    ...at(quarantine.id, 'listBuildSourceUploadUrl/action', ...run),
    // Builds.
    ...at(team.id, 'pull/read', 'tasks/read', ...run),
    // Rollouts.
    [{ action: 'Microsoft.ContainerInstance/containerGroups/read' }, group],
    [{ action: 'Microsoft.ContainerInstance/containerGroups/write' }, group],
    [{ action: 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action' }, pullIdentityId],
    [{ dataAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action' }, `${vaultId}/secrets/any`],
    // Promotion records: every version of the key is read, the newest signs.
    [{ dataAction: 'Microsoft.KeyVault/vaults/keys/read' }, signingKeyId],
    [{ dataAction: 'Microsoft.KeyVault/vaults/keys/sign/action' }, signingKeyId],
    [{ dataAction: 'Microsoft.EventGrid/events/send/action' }, announcementTopic.path],
  ];
}

const ofTheApp = () => assigned().filter(({ principalId }) => principalId === identities.app.objectId);

test('the app may do what it does', () => {
  const refused = callsOfTheApp().filter((call) => !isAllowed(ofTheApp(), call));

  expect(refused).toEqual([]);
});

test('every role of the app is needed by some call of it', () => {
  const needless = ofTheApp().filter((one) => {
    const others = ofTheApp().filter((each) => each.scope !== one.scope || each.role !== one.role);
    return callsOfTheApp().every((call) => isAllowed(others, call));
  });

  expect(needless).toEqual([]);
});

test('the app may get secrets and nothing else in the vault', () => {
  const others = [
    ...['readMetadata/action', 'setSecret/action', 'update/action', 'delete'],
    ...['purge/action', 'recover/action', 'backup/action', 'restore/action'],
  ];
  const ofVault = (name: string): Call => [{ dataAction: `Microsoft.KeyVault/vaults/secrets/${name}` }, vaultId];

  const allowed = ['getSecret/action', ...others].filter((name) => isAllowed(ofTheApp(), ofVault(name)));

  expect(allowed).toEqual(['getSecret/action']);
  expect(isAllowed(ofTheApp(), [{ action: 'Microsoft.KeyVault/vaults/write' }, vaultId])).toBe(false);
});

test('the app gives nobody a role, deletes nothing but what is in quarantine, and has no role on a whole subscription', () => {
  const { quarantine, base, team } = registriesOf(instance);
  const never = ['delete', 'write', 'artifacts/delete', 'tasks/write', 'listCredentials/action', 'tokens/write'];

  const allowed = [quarantine, base, team].flatMap(({ id }) =>
    [
      ...never.map((name) => `Microsoft.ContainerRegistry/registries/${name}`),
      'Microsoft.Authorization/roleAssignments/write',
    ].filter((action) => isAllowed(ofTheApp(), [{ action }, id])),
  );

  expect(allowed).toEqual(['Microsoft.ContainerRegistry/registries/artifacts/delete']);
  const deleting: Permission = { action: 'Microsoft.ContainerRegistry/registries/artifacts/delete' };
  const deletesIn = [quarantine, base, team].filter(({ id }) => isAllowed(ofTheApp(), [deleting, id]));
  expect(deletesIn).toEqual([quarantine]);
  expect(ofTheApp().filter(({ scope }) => scope.split('/').length <= 3)).toEqual([]);
});
