import { expect, test } from 'vitest';
import { roleRights } from '../../../../local/cloud/registry/role-rights.ts';
import { allowed, mayListCatalog } from '../../../../local/cloud/registry/rights.ts';
import { builtInRoles, guidOfRole, type BuiltInRole } from '../../../../local/cloud/roles/definitions.ts';
import { reach } from '../../../../local/cloud/roles/may.ts';
import type { Reach } from '../../../../local/cloud/world.ts';

const registryId = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/base';

function rightsOf(mode: 'LegacyRegistryPermissions' | 'AbacRepositoryPermissions', ...roles: BuiltInRole[]) {
  const assignments = roles.map((role) => ({
    id: '',
    name: '',
    scope: '/subscriptions/s',
    principalId: 'somebody',
    principalType: 'ServicePrincipal',
    role: guidOfRole(role),
    createdAt: 0,
    createdBy: 'nobody',
  }));
  const definition = (guid: string) => builtInRoles.find((role) => role.guid === guid);
  const table = {
    reach: (_: string, permission: Parameters<typeof reach>[1], scope: string) =>
      reach({ assignments, definition }, permission, scope),
  };
  return roleRights(table, { objectId: 'somebody', registryId, mode });
}

test.each<[BuiltInRole, string[], boolean]>([
  ['AcrPull', ['pull', 'metadata_read'], true],
  ['AcrPush', ['pull', 'push', 'metadata_read'], true],
  ['AcrDelete', ['delete'], false],
  ['Reader', ['pull', 'metadata_read'], true],
  ['Contributor', ['pull', 'push', 'delete', 'metadata_read', 'metadata_write'], true],
  ['Container Registry Repository Writer', [], false],
])('at a registry in plain mode %s gives %j', (role, actions, catalog) => {
  const rights = rightsOf('LegacyRegistryPermissions', role);

  expect(allowed(rights, 'any/thing')).toEqual(actions);
  expect(mayListCatalog(rights)).toBe(catalog);
});

test.each<[BuiltInRole, string[], boolean]>([
  ['Owner', [], false],
  ['AcrPush', [], false],
  ['Container Registry Repository Reader', ['pull', 'metadata_read'], false],
  ['Container Registry Repository Writer', ['pull', 'push', 'metadata_read', 'metadata_write'], false],
  ['Container Registry Repository Contributor', ['pull', 'push', 'delete', 'metadata_read', 'metadata_write'], false],
  ['Container Registry Repository Catalog Lister', [], true],
])('at a registry in ABAC mode %s gives %j', (role, actions, catalog) => {
  const rights = rightsOf('AbacRepositoryPermissions', role);

  expect(allowed(rights, 'any/thing')).toEqual(actions);
  expect(mayListCatalog(rights)).toBe(catalog);
});

test('a condition gives rights on the repositories that it names, and on those below', () => {
  const limited: Reach = [
    { kind: 'equals', name: 'node' },
    { kind: 'starts-with', name: 'team/' },
  ];
  const mode = 'AbacRepositoryPermissions';

  const rights = roleRights({ reach: () => limited }, { objectId: 'somebody', registryId, mode });

  expect(
    ['node', 'team/app', 'node/alpine', 'team', 'other'].map((name) => allowed(rights, name).includes('pull')),
  ).toEqual([true, true, false, false, false]);
  expect(mayListCatalog(rights)).toBe(false);
});
