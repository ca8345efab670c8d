import { expect, test } from 'vitest';
import { builtInRoles, guidOfRole, type BuiltInRole } from '../../../../local/cloud/roles/definitions.ts';
import { may, reach, type RoleTable } from '../../../../local/cloud/roles/may.ts';
import { parseCondition, type Condition } from '../../../../local/cloud/roles/condition.ts';
import type { Permission } from '../../../../local/cloud/world.ts';

const SUBSCRIPTION = '/subscriptions/s';
const GROUP = `${SUBSCRIPTION}/resourceGroups/apps`;
const VAULT = `${GROUP}/providers/Microsoft.KeyVault/vaults/v`;
const REGISTRY = `${GROUP}/providers/Microsoft.ContainerRegistry/registries/base`;
const GET_SECRET = { dataAction: 'Microsoft.KeyVault/vaults/secrets/getSecret/action' };
const READ_CONTENT = { dataAction: 'Microsoft.ContainerRegistry/registries/repositories/content/read' };

function table(...assigned: { role: BuiltInRole; scope: string; condition?: Condition | undefined }[]): RoleTable {
  return {
    assignments: assigned.map(({ role, scope, condition }) => ({
      id: `${scope}/providers/Microsoft.Authorization/roleAssignments/a`,
      name: 'a',
      scope,
      principalId: 'somebody',
      principalType: 'ServicePrincipal',
      role: guidOfRole(role),
      ...(condition ? { condition } : {}),
      createdAt: 0,
      createdBy: 'nobody',
    })),
    definition: (guid) => builtInRoles.find((role) => role.guid === guid),
  };
}

test.each([
  ['the subscription', SUBSCRIPTION, true],
  ['its group', GROUP, true],
  ['itself, written otherwise', VAULT.toUpperCase(), true],
  ['one secret of it', `${VAULT}/secrets/mine`, false],
  ['another vault', `${VAULT}2`, false],
  ['a group whose name begins alike', `${GROUP}-2`, false],
])('a role on %s counts at a resource: %3$s', (_, scope, allowed) => {
  expect(may(table({ role: 'Key Vault Secrets User', scope }), GET_SECRET, VAULT)).toBe(allowed);
});

test('a role on one secret counts at that secret alone', () => {
  const roles = table({ role: 'Key Vault Secrets User', scope: `${VAULT}/secrets/mine` });

  const allowed = ['mine', 'mine2', 'other'].map((name) => may(roles, GET_SECRET, `${VAULT}/secrets/${name}`));

  expect(allowed).toEqual([true, false, false]);
});

const action = (name: string): Permission => ({ action: name });

test.each<[BuiltInRole, Permission, boolean]>([
  // Management and data are two things: who owns a vault does not read its secrets.
  ['Owner', GET_SECRET, false],
  ['Owner', action('Microsoft.KeyVault/vaults/delete'), true],
  ['Owner', action('Microsoft.Authorization/roleAssignments/write'), true],
  ['Contributor', action('Microsoft.ContainerRegistry/registries/importImage/action'), true],
  ['Contributor', action('Microsoft.Authorization/roleAssignments/write'), false],
  ['Contributor', action('Microsoft.Authorization/roleAssignments/read'), true],
  ['Reader', action('Microsoft.ContainerRegistry/registries/pull/read'), true],
  ['Reader', action('Microsoft.ContainerRegistry/registries/push/write'), false],
  ['User Access Administrator', action('Microsoft.Authorization/roleAssignments/delete'), true],
  ['Key Vault Secrets User', { dataAction: 'Microsoft.KeyVault/vaults/secrets/readMetadata/action' }, true],
  ['Key Vault Secrets User', { dataAction: 'Microsoft.KeyVault/vaults/secrets/setSecret/action' }, false],
  ['Key Vault Secrets Officer', { dataAction: 'Microsoft.KeyVault/vaults/secrets/delete' }, true],
  ['AcrPull', action('microsoft.containerregistry/REGISTRIES/pull/read'), true],
  ['AcrPush', action('Microsoft.ContainerRegistry/registries/artifacts/delete'), false],
  // An action is no data action, whatever its name.
  ['AcrPull', { dataAction: 'Microsoft.ContainerRegistry/registries/pull/read' }, false],
])('%s allows %j: %s', (role, permission, allowed) => {
  expect(may(table({ role, scope: SUBSCRIPTION }), permission, VAULT)).toBe(allowed);
});

test('a condition limits how far its role goes, and another role without one goes all the way', () => {
  const condition = parseCondition(
    "((!(ActionMatches{'Microsoft.ContainerRegistry/registries/repositories/content/read'})) OR (@Request[Microsoft.ContainerRegistry/registries/repositories:name] StringEqualsIgnoreCase 'node' OR @Request[Microsoft.ContainerRegistry/registries/repositories:name] StringStartsWithIgnoreCase 'team/'))",
  );
  const limited = { role: 'Container Registry Repository Reader', scope: REGISTRY, condition } as const;

  expect(reach(table(limited), READ_CONTENT, REGISTRY)).toEqual([
    { kind: 'equals', name: 'node' },
    { kind: 'starts-with', name: 'team/' },
  ]);
  expect(may(table(limited), READ_CONTENT, REGISTRY)).toBe(false);
  const metadata = { dataAction: 'Microsoft.ContainerRegistry/registries/repositories/metadata/read' };
  expect(reach(table(limited), metadata, REGISTRY)).toBe('everything');
  const further = { role: 'Container Registry Repository Writer', scope: GROUP } as const;
  expect(reach(table(limited, further), READ_CONTENT, REGISTRY)).toBe('everything');
});

test('nothing is allowed by no role, by one elsewhere, or by a definition that is gone', () => {
  const elsewhere = table({ role: 'Owner', scope: '/subscriptions/another' });
  const gone: RoleTable = { ...table({ role: 'Owner', scope: SUBSCRIPTION }), definition: () => undefined };

  const allowed = [table(), elsewhere, gone].map((each) => may(each, action('Microsoft.KeyVault/vaults/read'), VAULT));

  expect(allowed).toEqual([false, false, false]);
});
