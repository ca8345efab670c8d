import { afterAll, beforeAll, expect, test } from 'vitest';
import { basic, REGISTRY, resourceGroup, startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { image, pushImage } from './registry-images.ts';
import { app } from './services.ts';

const name = REGISTRY.base;
let registry: RegistryFixture;

beforeAll(async () => {
  registry = await startRegistries();
  await pushImage(registry, 'base', { repository: 'node', reference: 'v1', image: await image('node') });
  await pushImage(registry, 'base', { repository: 'other/app', reference: 'v1', image: await image('other') });
});
afterAll(() => registry.close());

const form = (fields: Record<string, string>) => ({ method: 'POST', body: new URLSearchParams(fields) });
const claimsOf = (token: string): unknown => JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());

/** A token whose scope map allows these actions, and its first password. */
async function tokenFor(token: string, actions: string[]) {
  const { scopeMaps, tokens, registries } = registry.arm;
  await scopeMaps.beginCreateAndWait(resourceGroup, name, `${token}-map`, { actions });
  const scopeMapId = `${registry.resourceId('base')}/scopeMaps/${token}-map`;
  const created = await tokens.beginCreateAndWait(resourceGroup, name, token, { scopeMapId, status: 'enabled' });
  const { passwords = [] } = await registries.beginGenerateCredentialsAndWait(resourceGroup, name, {
    tokenId: created.id,
  });
  return { username: token, password: passwords[0]?.value ?? '' };
}

async function accessToken(login: { username: string; password: string }, scope: string): Promise<string> {
  const service = registry.loginServer('base');
  const response = await registry.call('base', `/oauth2/token?${new URLSearchParams({ service, scope })}`, {
    as: login,
  });
  return ((await response.json()) as { access_token: string }).access_token;
}

test('challenges who comes without a login, and says what to ask for', async () => {
  const service = registry.loginServer('base');
  const realm = `Bearer realm="https://${service}/oauth2/token",service="${service}"`;

  const ping = await registry.call('base', '/v2/', { as: 'nobody' });
  const pull = await registry.call('base', '/v2/node/manifests/v1', { as: 'nobody' });
  const push = await registry.call('base', '/v2/node/blobs/uploads/', { as: 'nobody', method: 'POST' });
  const catalog = await registry.call('base', '/acr/v1/_catalog', { as: 'nobody' });

  expect(ping.status).toBe(401);
  expect(ping.headers.get('www-authenticate')).toBe(realm);
  expect(ping.headers.get('docker-distribution-api-version')).toBe('registry/2.0');
  expect(await ping.json()).toMatchObject({ errors: [{ code: 'UNAUTHORIZED', detail: null }] });
  expect(pull.headers.get('www-authenticate')).toBe(`${realm},scope="repository:node:pull"`);
  expect(await pull.json()).toMatchObject({
    errors: [{ detail: [{ Type: 'repository', Name: 'node', Action: 'pull' }] }],
  });
  expect(push.headers.get('www-authenticate')).toBe(`${realm},scope="repository:node:pull,push"`);
  expect(catalog.headers.get('www-authenticate')).toBe(`${realm},scope="registry:catalog:*"`);
});

test.each(['https://containerregistry.azure.net', 'arm'])('exchanges an identity token for %s', async (audience) => {
  const service = registry.loginServer('base');
  const identityToken = registry.identity.issue(app, audience === 'arm' ? registry.armUrl : audience);

  const exchanged = await registry.call('base', '/oauth2/exchange', {
    as: 'nobody',
    ...form({ grant_type: 'access_token', service, tenant: registry.world.config.tenant, access_token: identityToken }),
  });
  const { refresh_token: refreshToken } = (await exchanged.json()) as { refresh_token: string };
  const answer = await registry.call('base', '/oauth2/token', {
    as: 'nobody',
    ...form({
      grant_type: 'refresh_token',
      service,
      scope: 'repository:node:pull,metadata_read',
      refresh_token: refreshToken,
    }),
  });
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const pulled = await registry.call('base', '/v2/node/manifests/v1', {
    headers: { authorization: `Bearer ${token}` },
  });

  expect(claimsOf(refreshToken)).toMatchObject({ iss: 'Azure Container Registry', aud: service, sub: app.objectId });
  expect(claimsOf(token)).toMatchObject({
    grant_type: 'access_token',
    access: [{ type: 'repository', name: 'node', actions: ['pull', 'metadata_read'] }],
  });
  expect(pulled.status).toBe(200);
});

test('refuses tokens for another service, and tokens of another registry', async () => {
  const forVault = registry.identity.issue(app, 'https://vault.azure.net');
  const { password: ofTeam } = registry.registries.login(registry.loginServer('team'));
  const service = registry.loginServer('base');

  const exchanged = await registry.call('base', '/oauth2/exchange', {
    as: 'nobody',
    ...form({ grant_type: 'access_token', service, access_token: forVault }),
  });
  const refreshed = await registry.call('base', '/oauth2/token', {
    as: 'nobody',
    ...form({ grant_type: 'refresh_token', service, scope: 'repository:node:pull', refresh_token: ofTeam }),
  });

  expect([exchanged.status, refreshed.status]).toEqual([401, 401]);
});

test('gives no token for an anonymous pull, in any form', async () => {
  const service = registry.loginServer('base');
  const scope = 'repository:node:pull';

  const sdk = await registry.call('base', '/oauth2/token', {
    as: 'nobody',
    ...form({ grant_type: 'password', service, scope, refresh_token: '' }),
  });
  const docker = await registry.call('base', `/oauth2/token?${new URLSearchParams({ service, scope })}`, {
    as: 'nobody',
  });

  expect([sdk.status, docker.status]).toEqual([401, 401]);
});

test('answers 401 with a fresh challenge when a valid token is too narrow', async () => {
  const login = registry.registries.login(registry.loginServer('base'));
  const token = await accessToken(login, 'repository:node:pull');

  const elsewhere = await registry.call('base', '/v2/other/app/manifests/v1', {
    headers: { authorization: `Bearer ${token}` },
  });

  expect(elsewhere.status).toBe(401);
  expect(elsewhere.headers.get('www-authenticate')).toContain('scope="repository:other/app:pull"');
});

test('the Azure SDK moves between repositories, the catalog and locks with one credential', async () => {
  const client = registry.acr('base');

  const repositories: string[] = [];
  for await (const repository of client.listRepositoryNames()) repositories.push(repository);
  const artifact = client.getArtifact('other/app', 'v1');
  const tag = await artifact.getTagProperties('v1');
  const locked = await artifact.updateTagProperties('v1', { canDelete: false });

  expect(repositories).toEqual(['node', 'other/app']);
  expect(tag).toMatchObject({ name: 'v1', repositoryName: 'other/app', canDelete: true });
  expect(locked.canDelete).toBe(false);
});

test('a token may do what its scope map says, in the repositories it names, and nothing else', async () => {
  const login = await tokenFor('reader', ['repositories/node/content/read']);

  const pull = await registry.call('base', '/v2/node/manifests/v1', { as: login });
  const push = await registry.call('base', '/v2/node/blobs/uploads/', { as: login, method: 'POST' });
  const elsewhere = await registry.call('base', '/v2/other/app/manifests/v1', { as: login });
  const catalog = await registry.call('base', '/v2/_catalog', { as: login });
  const token = await accessToken(login, 'repository:node:pull,push repository:other/app:pull');

  expect([pull.status, push.status, elsewhere.status, catalog.status]).toEqual([200, 401, 401, 401]);
  expect(claimsOf(token)).toMatchObject({ access: [{ type: 'repository', name: 'node', actions: ['pull'] }] });
});

test('a wildcard at the end of a scope map covers what lies below it', async () => {
  const login = await tokenFor('below', ['repositories/other/*/content/read']);

  const below = await registry.call('base', '/v2/other/app/manifests/v1', { as: login });
  const beside = await registry.call('base', '/v2/node/manifests/v1', { as: login });

  expect([below.status, beside.status]).toEqual([200, 401]);
});

test('a token logs in no longer once it is disabled, or its password made anew', async () => {
  const { tokens, registries } = registry.arm;
  const first = await tokenFor('short-lived', ['repositories/node/content/read']);
  const ping = async (login: { username: string; password: string }) =>
    (await registry.call('base', '/v2/', { as: login })).status;

  const before = await ping(first);
  const regenerated = await registries.beginGenerateCredentialsAndWait(resourceGroup, name, {
    tokenId: `${registry.resourceId('base')}/tokens/short-lived`,
    name: 'password1',
  });
  const second = { username: 'short-lived', password: regenerated.passwords?.[0]?.value ?? '' };
  const after = [await ping(first), await ping(second)];
  await tokens.beginUpdateAndWait(resourceGroup, name, 'short-lived', { status: 'disabled' });
  const disabled = await ping(second);

  expect([before, ...after, disabled]).toEqual([200, 401, 200, 401]);
});

test('the admin user logs in only while it is enabled', async () => {
  const { registries } = registry.arm;
  const ping = async (login: { username: string; password: string }) =>
    (await registry.call('base', '/v2/', { as: login })).status;

  const refused = await registries.listCredentials(resourceGroup, name).catch((error: unknown) => error);
  await registries.beginUpdateAndWait(resourceGroup, name, { adminUserEnabled: true });
  const { username = '', passwords = [] } = await registries.listCredentials(resourceGroup, name);
  const logins = passwords.map(({ value = '' }) => ({ username, password: value }));
  const enabled = await Promise.all(logins.map(ping));
  await registries.beginUpdateAndWait(resourceGroup, name, { adminUserEnabled: false });
  const disabled = await Promise.all(logins.map(ping));

  expect(refused).toMatchObject({ statusCode: 400, code: 'UnauthorizedForCredentialOperations' });
  expect(username).toBe(name);
  expect([enabled, disabled]).toEqual([
    [200, 200],
    [401, 401],
  ]);
});

test('an identity token for Azure Resource Manager no longer logs in once the policy forbids it', async () => {
  const service = registry.loginServer('team');
  const policy = (status: string) =>
    registry.callArm(`${registry.resourceId('team')}?api-version=2025-11-01`, {
      method: 'PATCH',
      body: JSON.stringify({ properties: { policies: { azureADAuthenticationAsArmPolicy: { status } } } }),
    });
  const exchange = async () => {
    const token = registry.identity.issue(app, registry.armUrl);
    const fields = { grant_type: 'access_token', service, access_token: token };
    return (await registry.call('team', '/oauth2/exchange', { as: 'nobody', ...form(fields) })).status;
  };

  const before = await exchange();
  await policy('disabled');
  const after = await exchange();

  expect([before, after]).toEqual([200, 401]);
});

test('refuses a repository name that no repository can have', async () => {
  const login = registry.registries.login(registry.loginServer('base'));

  const response = await registry.call('base', '/v2/Node/manifests/v1', { headers: { authorization: basic(login) } });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ code: 'NAME_INVALID' }] });
});
