import { afterEach, beforeEach, expect, test } from 'vitest';
import { guidOfRole } from '../../../local/cloud/roles/definitions.ts';
import { openRolesSystem, outcomeOf, owner, worker, type RolesSystem } from './roles-system.ts';

let system: RolesSystem;
beforeEach(async () => {
  system = await openRolesSystem();
});
afterEach(() => system.close());

const ofWorker = (method: string, path: string, body?: object) => system.arm(worker, method, path, body);
const names = ({ body }: { body: { value?: Record<string, unknown>[] } }) => body.value?.map(({ name }) => name);

test('refuses what no role allows, and says who, what and where', async () => {
  const { scopes } = system;

  const refused = await ofWorker('DELETE', `${scopes.base}?api-version=2025-11-01`);
  await system.assign('Reader', scopes.group);
  const read = await ofWorker('GET', `${scopes.base}?api-version=2025-11-01`);
  const changed = await ofWorker('PATCH', `${scopes.base}?api-version=2025-11-01`, { tags: { mine: 'yes' } });

  expect(refused).toEqual({
    status: 403,
    body: {
      error: {
        code: 'AuthorizationFailed',
        message: `The client '${worker.clientId}' with object id '${worker.objectId}' does not have authorization to perform action 'Microsoft.ContainerRegistry/registries/delete' over scope '${scopes.base}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
      },
    },
  });
  expect(system.logged).toContain(
    `roles: REFUSED worker Microsoft.ContainerRegistry/registries/delete at ${scopes.base}`,
  );
  expect(read.status).toBe(200);
  expect(changed).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } });
});

test('lists answer what the caller may read, and are refused to who has no role at all', async () => {
  const { scopes, subscription } = system;
  const registries = `${subscription}/providers/Microsoft.ContainerRegistry/registries?api-version=2025-11-01`;

  const before = await ofWorker('GET', registries);
  await system.assign('AcrPull', scopes.base);
  const pullOnly = await ofWorker('GET', registries);
  await system.assign('Reader', scopes.team);
  const readable = await ofWorker('GET', registries);
  const inGroup = await ofWorker('GET', `${scopes.group}/providers/Microsoft.ContainerRegistry/registries`);
  const all = await system.arm(owner, 'GET', registries);
  const itself = await ofWorker('GET', subscription);

  expect(before.status).toBe(403);
  expect(names(pullOnly)).toEqual([]);
  expect(names(readable)).toEqual(['teamreg']);
  expect(names(inGroup)).toEqual(['teamreg']);
  expect(names(all)).toEqual(['basereg', 'teamreg']);
  expect(itself.status).toBe(200);
});

test('finds resources by type, as az does, and only those the caller may read', async () => {
  const { scopes, subscription } = system;
  const resources = (filter: string) => `${subscription}/resources?${new URLSearchParams({ $filter: filter })}`;
  const byType = resources("resourceType eq 'Microsoft.ContainerRegistry/registries'");
  await system.assign('Reader', scopes.base);

  const ofOwner = await system.arm(owner, 'GET', byType);
  const own = await ofWorker('GET', byType);
  const one = await system.arm(owner, 'GET', resources("resourceGroup eq 'contract-rg' and name eq 'TEAMREG'"));
  const everything = await system.arm(owner, 'GET', `${scopes.group}/resources`);
  const unknown = await system.arm(owner, 'GET', resources("tagName eq 'mine'"));

  expect(ofOwner.body.value).toMatchObject([
    {
      id: scopes.base,
      name: 'basereg',
      type: 'Microsoft.ContainerRegistry/registries',
      location: 'westeurope',
      sku: { name: 'Premium', tier: 'Premium' },
      tags: {},
    },
    { name: 'teamreg' },
  ]);
  expect(names(own)).toEqual(['basereg']);
  expect(names(one)).toEqual(['teamreg']);
  expect(names(everything)).toEqual(['basereg', 'teamreg', 'contractvault', 'othervault']);
  expect(unknown).toMatchObject({ status: 400, body: { error: { code: 'NotEmulated' } } });
});

test('lists the resource groups that the caller may read', async () => {
  const { subscription, scopes } = system;
  await system.arm(owner, 'PUT', `${subscription}/resourceGroups/other`, { location: 'westeurope' });
  await system.assign('Reader', scopes.group);

  const all = await system.arm(owner, 'GET', `${subscription}/resourceGroups?api-version=2021-04-01`);
  const own = await ofWorker('GET', `${subscription}/resourcegroups?api-version=2021-04-01`);

  expect(names(all)).toEqual(['Contract-RG', 'other']);
  expect(names(own)).toEqual(['Contract-RG']);
});

test('an import needs to read its source as well as to import into its target', async () => {
  const { scopes, management } = system;
  const importImage = () =>
    outcomeOf(
      management.registries.beginImportImageAndWait('Contract-RG', 'teamreg', {
        source: { resourceId: scopes.base, sourceImage: 'node:15' },
        targetTags: ['node:15'],
      }),
    );

  const none = await importImage();
  await system.assign('Container Registry Data Importer and Data Reader', scopes.team);
  const targetOnly = await importImage();
  await system.assign('Key Vault Secrets User', scopes.base);
  const wrongRole = await importImage();
  await system.assign('Container Registry Data Importer and Data Reader', scopes.base);
  const both = await importImage();

  expect(none).toMatchObject({ statusCode: 403, code: 'AuthorizationFailed' });
  expect(targetOnly).toMatchObject({ statusCode: 403, code: 'LinkedAuthorizationFailed' });
  expect((targetOnly as Error).message).toContain(
    `has permission to perform action 'Microsoft.ContainerRegistry/registries/importImage/action' on scope '${scopes.team}'; however, it does not have permission to perform action(s) 'Microsoft.ContainerRegistry/registries/read' on the linked scope(s) '${scopes.base}'`,
  );
  expect(wrongRole).toMatchObject({ statusCode: 403, code: 'LinkedAuthorizationFailed' });
  // The roles are enough; there is no such image.
  expect((both as Error).message).toContain('Unable to find manifest digest');
});

test('an import from a registry that the caller may read but not pull from is denied', async () => {
  const { scopes, management, loginServer } = system;
  const guid = crypto.randomUUID();
  const definition = `${system.subscription}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
  const made = await system.arm(owner, 'PUT', definition, {
    properties: {
      roleName: 'looks only',
      type: 'CustomRole',
      permissions: [{ actions: ['Microsoft.ContainerRegistry/registries/read'] }],
      assignableScopes: [system.subscription],
    },
  });
  await system.assign({ guid }, scopes.base);
  await system.assign('Container Registry Data Importer and Data Reader', scopes.team);

  const outcome = await outcomeOf(
    management.registries.beginImportImageAndWait('Contract-RG', 'teamreg', {
      source: { resourceId: scopes.base, sourceImage: 'node:15' },
      targetTags: ['node:15'],
    }),
  );

  expect(made.status).toBe(201);
  expect((outcome as Error).message).toContain(`Access to ${loginServer('base')} denied.`);
});

test('publishing to a topic needs the role of a sender', async () => {
  const { scopes } = system;
  const topic = `${scopes.group}/providers/Microsoft.EventGrid/topics/announcements`;
  const properties = { inputSchema: 'CloudEventSchemaV1_0' };
  await system.arm(owner, 'PUT', topic, { location: 'westeurope', properties });

  const before = await system.publish('announcements');
  const assignment = await system.assign('EventGrid Data Sender', topic);
  const during = await system.publish('announcements');
  await system.unassign(assignment);
  const after = await system.publish('announcements');

  expect([before.status, during.status, after.status]).toEqual([401, 200, 401]);
  expect(before.body.error).toMatchObject({
    code: 'Unauthorized',
    message: expect.stringContaining(`does not have permission to send data to ${topic}`) as unknown,
  });
});

test('no role lets a contributor give roles', async () => {
  const { scopes, subscription } = system;
  await system.assign('Contributor', subscription);
  const assignment = `${scopes.vault}/providers/Microsoft.Authorization/roleAssignments/${crypto.randomUUID()}`;

  const refused = await ofWorker('PUT', assignment, {
    properties: {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${guidOfRole('Key Vault Secrets Officer')}`,
      principalId: worker.objectId,
    },
  });

  expect(refused).toMatchObject({ status: 403, body: { error: { code: 'AuthorizationFailed' } } });
  expect((await ofWorker('PATCH', scopes.base, { tags: { a: 'b' } })).status).toBe(200);
});
