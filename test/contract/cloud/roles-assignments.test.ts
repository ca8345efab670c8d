import { afterEach, beforeEach, expect, test } from 'vitest';
import { guidOfRole } from '../../../local/cloud/roles/definitions.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import { openRolesSystem, owner, worker, type RolesSystem } from './roles-system.ts';

let system: RolesSystem;
beforeEach(async () => {
  system = await openRolesSystem();
});
afterEach(() => system.close());

const at = (scope: string, name: string) =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments/${name}?api-version=2022-04-01`;
const listAt = (scope: string, filter = '') =>
  `${scope}/providers/Microsoft.Authorization/roleAssignments?${new URLSearchParams({ $filter: filter })}`;
const roleId = (guid: string) => `${system.subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
const ofOwner = (method: string, path: string, body?: object) => system.arm(owner, method, path, body);
const NAME = '0d3b0e63-2a4b-4a6c-9a05-4b6b8d1f0c11';
const scopesOf = ({ body }: { body: { value?: Record<string, unknown>[] } }) =>
  body.value?.map(({ properties }) => (properties as { scope: string }).scope);

test('makes, shows and deletes an assignment', async () => {
  const { vault } = system.scopes;
  const properties = {
    roleDefinitionId: roleId(guidOfRole('Key Vault Secrets User')),
    principalId: worker.objectId,
    principalType: 'ServicePrincipal',
    description: 'reads the login of the upstream',
  };

  const made = await ofOwner('PUT', at(vault, NAME), { properties });
  const again = await ofOwner('PUT', at(vault, NAME), { properties });
  const shown = await ofOwner('GET', at(vault.toLowerCase(), NAME.toUpperCase()));
  const deleted = await ofOwner('DELETE', at(vault, NAME));
  const gone = [await ofOwner('GET', at(vault, NAME)), await ofOwner('DELETE', at(vault, NAME))];

  expect([made.status, again.status, deleted.status]).toEqual([201, 200, 200]);
  expect(shown.body).toEqual(made.body);
  expect(made.body).toMatchObject({
    id: at(vault, NAME).replace(/\?.*/, ''),
    name: NAME,
    type: 'Microsoft.Authorization/roleAssignments',
    properties: { ...properties, scope: vault, condition: null, createdBy: owner.objectId },
  });
  expect(gone.map(({ status }) => status)).toEqual([404, 204]);
});

test('lists what counts at a scope, and what is below unless it is told not to', async () => {
  const { subscription, scopes } = system;
  await system.assign('Reader', scopes.group);
  await system.assign('AcrPull', scopes.base);
  const mine = `principalId eq '${worker.objectId}'`;

  const group = await ofOwner('GET', listAt(scopes.group, `${mine} and atScope()`));
  const groupAndBelow = await ofOwner('GET', listAt(scopes.group, mine));
  const base = await ofOwner('GET', listAt(scopes.base, `assignedTo('${worker.objectId}')`));
  const all = await ofOwner('GET', listAt(scopes.vault));
  const wrong = await ofOwner('GET', listAt(scopes.vault, "roleName eq 'Owner'"));

  expect(scopesOf(group)).toEqual([scopes.group]);
  expect(scopesOf(groupAndBelow)).toEqual([scopes.group, scopes.base]);
  expect(scopesOf(base)).toEqual([scopes.group, scopes.base]);
  // The owner's own counts at the vault too.
  expect(scopesOf(all)).toEqual([subscription, scopes.group]);
  expect(wrong).toMatchObject({ status: 400, body: { error: { code: 'NotEmulated' } } });
});

const good = () => ({
  roleDefinitionId: roleId(guidOfRole('AcrPull')),
  principalId: worker.objectId,
});

test.each<[string, () => { name?: string; properties: object }, number, string]>([
  ['a name that is no GUID', () => ({ name: 'mine', properties: good() }), 400, 'InvalidRoleAssignmentId'],
  [
    'a role that is not there',
    () => ({ properties: { ...good(), roleDefinitionId: roleId('99999999-2a4b-4a6c-9a05-4b6b8d1f0c11') } }),
    400,
    'RoleDefinitionDoesNotExist',
  ],
  [
    'a role by its name',
    () => ({ properties: { ...good(), roleDefinitionId: 'AcrPull' } }),
    400,
    'InvalidRequestContent',
  ],
  ['no principal', () => ({ properties: { ...good(), principalId: undefined } }), 400, 'InvalidRequestContent'],
  [
    'a condition that is not emulated',
    () => ({ properties: { ...good(), condition: '@Resource[a:b] StringLike x', conditionVersion: '2.0' } }),
    400,
    'InvalidRequestContent',
  ],
])('refuses %s', async (_, given, status, code) => {
  const { name = NAME, properties } = given();

  const refused = await ofOwner('PUT', at(system.scopes.base, name), { properties });

  expect(refused).toMatchObject({ status, body: { error: { code } } });
  expect((await ofOwner('GET', at(system.scopes.base, name))).status).toBe(404);
});

test('refuses the same assignment under another name, and another under the same', async () => {
  const { base } = system.scopes;
  await ofOwner('PUT', at(base, NAME), { properties: good() });

  const same = await ofOwner('PUT', at(base, crypto.randomUUID()), { properties: good() });
  const other = await ofOwner('PUT', at(base, NAME), { properties: { ...good(), principalId: owner.objectId } });

  expect(same).toMatchObject({ status: 409, body: { error: { code: 'RoleAssignmentExists' } } });
  expect(same.body.error?.message).toContain(NAME);
  expect(other).toMatchObject({ status: 400, body: { error: { code: 'RoleAssignmentUpdateNotPermitted' } } });
});

test('has the built-in roles by name, and custom ones that count as they are changed', async () => {
  const guid = '7c1a0b52-2a4b-4a6c-9a05-4b6b8d1f0c22';
  const custom = (actions: string[]) => ({
    properties: {
      roleName: 'registry looker',
      type: 'CustomRole',
      description: 'looks',
      permissions: [{ actions }],
      assignableScopes: [system.subscription],
    },
  });
  const byName = new URLSearchParams({ $filter: "roleName eq 'AcrPull'" });
  const definitions = `${system.subscription}/providers/Microsoft.Authorization/roleDefinitions`;
  const read = async () => (await system.arm(worker, 'GET', system.scopes.base)).status;

  const acrPull = await ofOwner('GET', `${definitions}?${byName}`);
  const made = await ofOwner('PUT', `${definitions}/${guid}`, custom([]));
  const assignment = await system.assign({ guid }, system.scopes.base);
  const statuses = [await read()];
  await ofOwner('PUT', `${definitions}/${guid}`, custom(['Microsoft.ContainerRegistry/registries/read']));
  statuses.push(await read());
  const inUse = await ofOwner('DELETE', `${definitions}/${guid}`);
  await system.unassign(assignment);
  const deleted = await ofOwner('DELETE', `${definitions}/${guid}`);

  expect(acrPull.body.value).toMatchObject([
    { name: guidOfRole('AcrPull'), properties: { roleName: 'AcrPull', type: 'BuiltInRole' } },
  ]);
  expect(made).toMatchObject({ status: 201, body: { id: `${definitions}/${guid}`, name: guid } });
  expect(statuses).toEqual([403, 200]);
  expect(inUse).toMatchObject({ status: 400, body: { error: { code: 'RoleDefinitionHasAssignments' } } });
  expect(deleted.status).toBe(200);
});

test('a built-in role cannot be changed, and a name cannot be taken twice', async () => {
  const definitions = `${system.subscription}/providers/Microsoft.Authorization/roleDefinitions`;
  const properties = {
    roleName: 'acrpull',
    permissions: [{ actions: ['*'] }],
    assignableScopes: [system.subscription],
  };

  const builtIn = await ofOwner('PUT', `${definitions}/${guidOfRole('AcrPull')}`, { properties });
  const taken = await ofOwner('PUT', `${definitions}/${crypto.randomUUID()}`, { properties });

  expect(builtIn).toMatchObject({ status: 400, body: { error: { code: 'RoleDefinitionUpdateNotAllowed' } } });
  expect(taken).toMatchObject({ status: 409, body: { error: { code: 'RoleDefinitionWithSameNameExists' } } });
});

test('keeps assignments over a restart of the cloud', async () => {
  await system.assign('AcrPull', system.scopes.base);

  const { may } = createRoles({ world: system.world });

  const pull = { action: 'Microsoft.ContainerRegistry/registries/pull/read' };
  expect(may(worker.objectId, pull, system.scopes.base)).toBe(true);
  expect(may(worker.objectId, pull, system.scopes.team)).toBe(false);
});
