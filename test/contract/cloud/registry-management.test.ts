import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGISTRY, resourceGroup, startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { image, pushImage } from './registry-images.ts';

let registry: RegistryFixture;

beforeAll(async () => {
  registry = await startRegistries();
});
afterAll(() => registry.close());

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

const patch = (body: object) =>
  registry.callArm(`${registry.resourceId('base')}?api-version=2025-11-01`, {
    method: 'PATCH',
    body: JSON.stringify(body),
  });

test('gets and lists the registries of the configuration, however the path is written', async () => {
  const { registries } = registry.arm;

  const got = await registries.get(resourceGroup.toUpperCase(), REGISTRY.base);
  const inGroup = await all(registries.listByResourceGroup(resourceGroup));
  const inSubscription = await all(registries.list());
  const elsewhere = await all(registries.listByResourceGroup('another-rg'));

  expect(got).toMatchObject({
    id: registry.resourceId('base'),
    name: REGISTRY.base,
    location: 'westeurope',
    loginServer: registry.loginServer('base'),
    provisioningState: 'Succeeded',
    sku: { name: 'Premium', tier: 'Premium' },
    adminUserEnabled: false,
    anonymousPullEnabled: false,
  });
  expect(inGroup.map(({ name }) => name)).toEqual(Object.values(REGISTRY));
  expect(inSubscription).toHaveLength(2);
  expect(elsewhere).toEqual([]);
});

test('says so when a registry is not there', async () => {
  const failure = await registry.arm.registries.get(resourceGroup, 'nosuchregistry').catch((error: unknown) => error);

  expect(failure).toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
});

test('a PATCH changes what it names, leaves the rest, and null removes', async () => {
  await patch({ tags: { team: 'platform', cost: 'shared' }, properties: { policies: {} } });

  const response = await patch({
    tags: { cost: null },
    properties: { roleAssignmentMode: 'AbacRepositoryPermissions' },
  });

  const got = await registry.arm.registries.get(resourceGroup, REGISTRY.base);
  expect(response.status).toBe(200);
  expect(got.tags).toEqual({ team: 'platform' });
  expect(got.roleAssignmentMode).toBe('AbacRepositoryPermissions');
  expect(got.policies?.exportPolicy?.status).toBe('enabled');
});

test.each([
  ['anonymousPullEnabled', { properties: { anonymousPullEnabled: true } }],
  ['publicNetworkAccess', { properties: { publicNetworkAccess: 'Disabled' } }],
  ['quarantinePolicy', { properties: { policies: { quarantinePolicy: { status: 'enabled' } } } }],
  ['identity', { identity: { type: 'SystemAssigned' } }],
])('refuses by name a setting that it could not honour: %s', async (setting, body) => {
  const response = await patch(body);

  expect(response.status).toBe(501);
  expect(await response.json()).toMatchObject({
    error: { code: 'NotEmulated', message: expect.stringContaining(setting) as string },
  });
});

test('a PUT of a configured registry is an update, and of another one is refused by name', async () => {
  const { registries } = registry.arm;
  const put = (name: string) =>
    registries
      .beginCreateAndWait(resourceGroup, name, {
        location: 'westeurope',
        sku: { name: 'Standard' },
        tags: { by: 'put' },
      })
      .catch((error: unknown) => error);

  const ours = await put(REGISTRY.team);
  const other = await put('anotherregistry');

  expect(ours).toMatchObject({ name: REGISTRY.team, sku: { name: 'Standard', tier: 'Standard' }, tags: { by: 'put' } });
  expect(other).toMatchObject({ statusCode: 501, code: 'NotEmulated' });
});

test('tells whether a name is free', async () => {
  const check = (name: string) =>
    registry.arm.registries.checkNameAvailability({ name, type: 'Microsoft.ContainerRegistry/registries' });

  expect(await check('brandnew')).toMatchObject({ nameAvailable: true });
  expect(await check('BaseReg')).toMatchObject({ nameAvailable: false, reason: 'AlreadyExists' });
  expect(await check('a-b')).toMatchObject({ nameAvailable: false, reason: 'Invalid' });
});

test('tells how many bytes a registry holds', async () => {
  const pushed = await image('counted');
  await pushImage(registry, 'team', { repository: 'counted', image: pushed });

  const { value = [] } = await registry.arm.registries.listUsages(resourceGroup, REGISTRY.team);

  const bytes = [pushed.manifest, ...pushed.blobs].reduce((sum, each) => sum + each.bytes.length, 0);
  expect(value.find(({ name }) => name === 'Size')).toMatchObject({ currentValue: bytes, unit: 'Bytes' });
});

test('every registry has the scope maps of the system, which nobody changes', async () => {
  const { scopeMaps } = registry.arm;

  const listed = await all(scopeMaps.list(resourceGroup, REGISTRY.base));
  const system = await scopeMaps.get(resourceGroup, REGISTRY.base, '_repositories_pull');
  const changed = await scopeMaps
    .beginCreateAndWait(resourceGroup, REGISTRY.base, '_repositories_pull', { actions: [] })
    .catch((error: unknown) => error);
  const removed = await scopeMaps
    .beginDeleteAndWait(resourceGroup, REGISTRY.base, '_repositories_pull')
    .catch((error: unknown) => error);

  expect(listed.map(({ name }) => name)).toEqual(
    expect.arrayContaining(['_repositories_admin', '_repositories_pull', '_repositories_push']),
  );
  expect(system).toMatchObject({ typePropertiesType: 'SystemDefined', actions: ['repositories/*/content/read'] });
  for (const failure of [changed, removed]) expect(failure).toMatchObject({ statusCode: 400 });
});

test('scope maps are created, changed, listed and deleted, and not while a token uses them', async () => {
  const { scopeMaps, tokens } = registry.arm;
  const actions = ['repositories/node/content/read'];
  const scopeMapId = `${registry.resourceId('base')}/scopeMaps/Node-Readers`;

  const missing = await scopeMaps.get(resourceGroup, REGISTRY.base, 'Node-Readers').catch((error: unknown) => error);
  const created = await scopeMaps.beginCreateAndWait(resourceGroup, REGISTRY.base, 'Node-Readers', {
    actions,
    description: 'reads',
  });
  const wrong = await scopeMaps
    .beginUpdateAndWait(resourceGroup, REGISTRY.base, 'Node-Readers', { actions: ['repositories/n*e/content/read'] })
    .catch((error: unknown) => error);
  const updated = await scopeMaps.beginUpdateAndWait(resourceGroup, REGISTRY.base, 'node-readers', {
    description: 'still reads',
  });
  await tokens.beginCreateAndWait(resourceGroup, REGISTRY.base, 'holder', { scopeMapId });
  const used = await scopeMaps
    .beginDeleteAndWait(resourceGroup, REGISTRY.base, 'Node-Readers')
    .catch((error: unknown) => error);
  await tokens.beginDeleteAndWait(resourceGroup, REGISTRY.base, 'holder');
  await scopeMaps.beginDeleteAndWait(resourceGroup, REGISTRY.base, 'Node-Readers');

  expect(missing).toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
  expect(String(missing)).toContain('The resource Node-Readers could not be found.');
  expect(created).toMatchObject({ id: scopeMapId, name: 'Node-Readers', typePropertiesType: 'UserDefined', actions });
  expect(wrong).toMatchObject({ statusCode: 400 });
  expect(updated).toMatchObject({ name: 'Node-Readers', description: 'still reads', actions });
  expect(used).toMatchObject({ statusCode: 409 });
  expect((await all(scopeMaps.list(resourceGroup, REGISTRY.base))).map(({ name }) => name)).not.toContain(
    'Node-Readers',
  );
});

test('a token is created as an operation, and its passwords are shown once', async () => {
  const { tokens, registries } = registry.arm;
  const id = `${registry.resourceId('base')}/tokens/Puller`;
  const scopeMapId = `${registry.resourceId('base')}/scopeMaps/_repositories_pull`;

  const put = await registry.callArm(`${id}?api-version=2025-11-01`, {
    method: 'PUT',
    body: JSON.stringify({ properties: { scopeMapId, status: 'enabled' } }),
  });
  const poll = await registry.callArm(put.headers.get('azure-asyncoperation') ?? '');
  const credentials = await registries.beginGenerateCredentialsAndWait(resourceGroup, REGISTRY.base, {
    tokenId: id,
    expiry: new Date(Date.now() + 3_600_000),
  });
  const got = await tokens.get(resourceGroup, REGISTRY.base, 'puller');

  expect(put.status).toBe(201);
  expect(await put.json()).toMatchObject({
    id,
    name: 'Puller',
    properties: {
      provisioningState: 'Creating',
      scopeMapId,
      credentials: { certificates: [], passwords: [] },
      status: 'enabled',
    },
  });
  expect(await poll.json()).toEqual({ status: 'Succeeded' });
  expect(credentials).toMatchObject({ username: 'Puller', passwords: [{ name: 'password1' }, { name: 'password2' }] });
  expect(credentials.passwords?.[0]?.value).toHaveLength(32);
  expect(got.credentials?.passwords).toMatchObject([{ name: 'password1' }, { name: 'password2' }]);
  expect(JSON.stringify(got)).not.toContain(credentials.passwords?.[0]?.value);
});

test('leaves operations of other services to them', async () => {
  const response = await registry.callArm(`${registry.resourceId('base')}/listBuildSourceUploadUrl`, {
    method: 'POST',
  });

  // Nobody else is in this test, so it is the framework that answers.
  expect(await response.text()).toBe('404 Not Found');
});
