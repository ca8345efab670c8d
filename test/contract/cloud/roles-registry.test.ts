import { afterEach, beforeEach, expect, test } from 'vitest';
import { openRolesSystem, outcomeOf, owner, worker, type RolesSystem } from './roles-system.ts';

let system: RolesSystem;
beforeEach(async () => {
  system = await openRolesSystem();
});
afterEach(() => system.close());

const REPOSITORIES = 'Microsoft.ContainerRegistry/registries/repositories';
const NAME = `@Request[${REPOSITORIES}:name]`;

const post = (path: string, fields: Record<string, string>) =>
  fetch(`https://${system.loginServer('base')}${path}`, {
    method: 'POST',
    body: new URLSearchParams({ service: system.loginServer('base'), ...fields }),
  });

async function refreshToken(): Promise<string | undefined> {
  const token = system.identity.issue(worker, 'https://containerregistry.azure.net');
  const answer = await post('/oauth2/exchange', { grant_type: 'access_token', access_token: token });
  if (answer.status === 401) return undefined;
  return ((await answer.json()) as { refresh_token: string }).refresh_token;
}

/** What of the scope the worker gets; `undefined`: no token at all. */
async function granted(scope: string, held?: string): Promise<unknown> {
  const refresh = held ?? (await refreshToken());
  if (refresh === undefined) return undefined;
  const answer = await post('/oauth2/token', { grant_type: 'refresh_token', refresh_token: refresh, scope });
  if (answer.status === 401) return undefined;
  const { access_token: token } = (await answer.json()) as { access_token: string };
  const claims = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
    access: { name: string; actions: string[] }[];
  };
  return Object.fromEntries(claims.access.map(({ name, actions }) => [name, actions]));
}

/** Status of a request to the data plane with what is left of that scope. */
const status = async (method: string, path: string): Promise<number> => {
  const refresh = (await refreshToken()) ?? '';
  const basic = Buffer.from(`00000000-0000-0000-0000-000000000000:${refresh}`).toString('base64');
  const headers = { authorization: `Basic ${basic}` };
  return (await fetch(`https://${system.loginServer('base')}${path}`, { method, headers })).status;
};

test('an identity without a role here gets no token, whatever it may do elsewhere', async () => {
  await system.assign('AcrPush', system.scopes.team);
  await system.assign('Key Vault Secrets Officer', system.scopes.group);

  const exchanged = await post('/oauth2/exchange', {
    grant_type: 'access_token',
    access_token: system.identity.issue(worker, 'https://containerregistry.azure.net'),
  });
  const sdk = await outcomeOf(system.acr('base').listRepositoryNames().next());

  expect(exchanged.status).toBe(401);
  expect(await exchanged.json()).toMatchObject({
    errors: [{ code: 'UNAUTHORIZED', message: expect.stringMatching(/CorrelationId: [0-9a-f-]{36}$/) as unknown }],
  });
  expect(sdk).toMatchObject({ statusCode: 401 });
});

test('gives of a scope what the role allows', async () => {
  const asked = 'repository:node:pull,push,delete,metadata_read,metadata_write registry:catalog:*';

  await system.assign('AcrPull', system.scopes.base);
  const pull = await granted(asked);
  await system.assign('AcrPush', system.scopes.base);
  const push = await granted(asked);
  await system.assign('Contributor', system.scopes.group);
  const all = await granted(asked);

  expect(pull).toEqual({ node: ['pull', 'metadata_read'], catalog: ['*'] });
  expect(push).toEqual({ node: ['pull', 'push', 'metadata_read'], catalog: ['*'] });
  expect(all).toEqual({ node: ['pull', 'push', 'delete', 'metadata_read', 'metadata_write'], catalog: ['*'] });
});

test('a role that is taken away takes away the next token, also of a login that was there before', async () => {
  const assignment = await system.assign('AcrPull', system.scopes.base);
  const held = await refreshToken();

  const before = await granted('repository:node:pull', held);
  await system.unassign(assignment);
  const after = await granted('repository:node:pull', held);

  expect([before, after]).toEqual([{ node: ['pull'] }, undefined]);
});

test('who may pull may not push, nor change a lock', async () => {
  await system.assign('AcrPull', system.scopes.base);

  const statuses = [
    await status('GET', '/v2/'),
    await status('GET', '/v2/_catalog'),
    // 404: allowed, and nothing there.
    await status('GET', '/v2/node/manifests/15'),
    await status('POST', '/v2/node/blobs/uploads/'),
    await status('PATCH', '/acr/v1/node/_tags/15'),
    await status('DELETE', '/acr/v1/node/_tags/15'),
  ];

  expect(statuses).toEqual([200, 200, 404, 401, 401, 401]);
});

const setMode = (roleAssignmentMode: string) =>
  system.arm(owner, 'PATCH', `${system.scopes.base}?api-version=2025-11-01`, { properties: { roleAssignmentMode } });

test('in ABAC mode the roles of images count, and those of the registry no longer', async () => {
  await system.assign('AcrPush', system.scopes.base);
  await system.assign('Container Registry Repository Reader', system.scopes.base);
  const asked = 'repository:node:pull,push,metadata_write registry:catalog:*';

  const plain = await granted(asked);
  const switched = await setMode('AbacRepositoryPermissions');
  const abac = await granted(asked);
  await system.assign('Container Registry Repository Catalog Lister', system.scopes.base);
  const lister = await granted(asked);

  expect(switched.status).toBe(200);
  expect(plain).toEqual({ node: ['pull', 'push'], catalog: ['*'] });
  expect(abac).toEqual({ node: ['pull'] });
  expect(lister).toEqual({ node: ['pull'], catalog: ['*'] });
});

test('a condition keeps a role to the repositories that it names', async () => {
  await setMode('AbacRepositoryPermissions');
  const actions = ['content/read', 'metadata/read', 'content/write', 'metadata/write'];
  const guards = actions.map((action) => `!(ActionMatches{'${REPOSITORIES}/${action}'})`).join(' AND ');
  const tests = `${NAME} StringEqualsIgnoreCase 'node' OR ${NAME} StringStartsWithIgnoreCase 'team/'`;
  const condition = `((${guards}) OR (${tests}))`;

  await system.assign('Container Registry Repository Writer', system.scopes.base, condition);
  const scopes = ['node', 'team/app', 'team', 'other'].map((name) => `repository:${name}:pull,push`).join(' ');

  expect(await granted(scopes)).toEqual({ node: ['pull', 'push'], 'team/app': ['pull', 'push'] });
});

test('refuses a mode that no registry has', async () => {
  const answer = await setMode('Anarchy');

  expect(answer).toMatchObject({ status: 501, body: { error: { code: 'NotEmulated' } } });
  expect(answer.body.error?.message).toContain('properties.roleAssignmentMode: Anarchy');
});
