/** Pull tokens: logins of a registry that are no identities, each for the repositories that its scope map names. */
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { REGISTRY, resourceGroup, startRegistries, type Login, type RegistryFixture } from './registry-fixture.ts';
import { image, pushImage, type Image } from './registry-images.ts';
import { eventually } from './services.ts';

const run = promisify(execFile);
const name = REGISTRY.base;

let registry: RegistryFixture;
let folder: string;
let node: Image;

beforeAll(async () => {
  registry = await startRegistries();
  folder = await mkdtemp(join(tmpdir(), 'gated-import-tokens-'));
  node = await image('node');
  await pushImage(registry, 'base', { repository: 'node', reference: 'v1', image: node });
  await pushImage(registry, 'base', { repository: 'other', reference: 'v1', image: await image('other') });
  await pushImage(registry, 'team', { repository: 'node', reference: 'v1', image: node });
});
afterAll(async () => {
  await registry.close();
  await rm(folder, { recursive: true, force: true });
});

const tokenId = (token: string) => `${registry.resourceId('base')}/tokens/${token}`;

async function setActions(token: string, actions: string[]): Promise<string> {
  const map = await registry.arm.scopeMaps.beginCreateAndWait(resourceGroup, name, `${token}-map`, { actions });
  return map.id ?? '';
}

async function generate(token: string, options: { name?: 'password1' | 'password2'; expiry?: Date } = {}) {
  const { passwords = [] } = await registry.arm.registries.beginGenerateCredentialsAndWait(resourceGroup, name, {
    tokenId: tokenId(token),
    ...options,
  });
  return passwords.map(({ value = '' }): Login => ({ username: token, password: value }));
}

/** A token with both passwords. */
async function newToken(token: string, actions: string[]): Promise<[first: Login, second: Login]> {
  const scopeMapId = await setActions(token, actions);
  await registry.arm.tokens.beginCreateAndWait(resourceGroup, name, token, { scopeMapId, status: 'enabled' });
  const [first, second] = await generate(token);
  if (!first || !second) throw new Error(`${token} has no two passwords`);
  return [first, second];
}

const pullStatus = async (login: Login, repository = 'node', at: 'base' | 'team' = 'base'): Promise<number> =>
  (await registry.call(at, `/v2/${repository}/manifests/v1`, { as: login })).status;

/** What the tool says when it fails. */
async function skopeo(login: Login, ...command: string[]): Promise<string> {
  const creds = ['--creds', `${login.username}:${login.password}`, '--tls-verify=false'];
  try {
    return (await run('skopeo', ['--insecure-policy', ...command, ...creds])).stdout;
  } catch (error) {
    return (error as { stderr: string }).stderr;
  }
}
const at = (reference: string, registryName: 'base' | 'team' = 'base') =>
  `docker://${registry.loginServer(registryName)}/${reference}`;

test('a token for one repository pulls there with skopeo, and nowhere else', async () => {
  const [login] = await newToken('puller', ['repositories/node/content/read', 'repositories/node/metadata/read']);

  const here = await skopeo(login, 'inspect', at('node:v1'));
  const tags = await skopeo(login, 'list-tags', at('node'));
  const refused = [
    await skopeo(login, 'inspect', at('other:v1')),
    await skopeo(login, 'inspect', at('node:v1', 'team')),
    await skopeo(login, 'delete', at('node:v1')),
  ];

  expect(JSON.parse(here)).toMatchObject({ Digest: node.manifest.digest });
  expect(JSON.parse(tags)).toMatchObject({ Tags: ['v1'] });
  for (const said of refused) expect(said).toMatch(/unauthorized|authentication required/);
  expect(await pullStatus(login)).toBe(200);
});

test('podman logs in with either password, and not with one that was made anew', async () => {
  const [first, second] = await newToken('podman-user', ['repositories/node/content/read']);
  const logIn = async ({ username, password }: Login): Promise<string> => {
    const command = run('podman', [
      ...['--root', join(folder, 'podman'), '--runroot', join(folder, 'podman-run'), '--storage-driver', 'vfs'],
      ...['login', '--tls-verify=false', '--authfile', join(folder, 'auth.json')],
      ...['--username', username, '--password', password, registry.loginServer('base')],
    ]);
    return command.then(
      ({ stdout }) => stdout,
      (error: { stderr: string }) => error.stderr,
    );
  };

  const before = [await logIn(first), await logIn(second)];
  const [anew] = await generate('podman-user', { name: 'password1' });
  const after = [await logIn(first), await logIn(second), anew && (await logIn(anew))];

  for (const said of [...before, ...after.slice(1)]) expect(said).toContain('Login Succeeded!');
  expect(after[0]).toMatch(/invalid username\/password/);
});

test('a token that is disabled logs in no more until it is enabled again', async () => {
  const [login] = await newToken('switchable', ['repositories/node/content/read']);
  const setStatus = (status: 'enabled' | 'disabled') =>
    registry.arm.tokens.beginUpdateAndWait(resourceGroup, name, 'switchable', { status });

  await setStatus('disabled');
  const disabled = [await pullStatus(login), await skopeo(login, 'inspect', at('node:v1'))];
  await setStatus('enabled');
  const enabled = await pullStatus(login);

  expect(disabled).toEqual([401, expect.stringMatching(/unauthorized|authentication required/)]);
  expect(enabled).toBe(200);
});

test('a password that has expired logs in no more, while the other one does', async () => {
  const [, other] = await newToken('short-lived', ['repositories/node/content/read']);
  const expiry = new Date(Date.now() + 3_000);
  const [expiring] = await generate('short-lived', { name: 'password1', expiry });
  if (!expiring) throw new Error('no password was made');

  const before = await pullStatus(expiring);
  await eventually(async () => ((await pullStatus(expiring)) === 401 ? true : undefined));
  const { credentials } = await registry.arm.tokens.get(resourceGroup, name, 'short-lived');

  expect(before).toBe(200);
  expect(Date.now()).toBeGreaterThanOrEqual(expiry.getTime());
  expect(await pullStatus(other)).toBe(200);
  expect(credentials?.passwords?.[0]).toMatchObject({ name: 'password1', expiry });
});

test('no password can be made that has expired already', async () => {
  await newToken('late-comer', ['repositories/node/content/read']);

  const refusal: unknown = await generate('late-comer', { expiry: new Date(Date.now() - 1_000) }).catch(
    (error: unknown) => error,
  );

  expect(refusal).toMatchObject({ statusCode: 400, code: 'InvalidParameters' });
});

test('a changed scope map counts at the next login; an access token lives on with what it was given', async () => {
  const [login] = await newToken('mover', ['repositories/node/content/read']);
  const query = { service: registry.loginServer('base'), scope: 'repository:node:pull' };
  const given = await registry.call('base', `/oauth2/token?${new URLSearchParams(query)}`, { as: login });
  const { access_token: accessToken } = (await given.json()) as { access_token: string };

  const before = [await pullStatus(login, 'node'), await pullStatus(login, 'other')];
  await setActions('mover', ['repositories/other/content/read']);
  const after = [await pullStatus(login, 'node'), await pullStatus(login, 'other')];
  const withToken = await registry.call('base', '/v2/node/manifests/v1', {
    headers: { authorization: `Bearer ${accessToken}` },
  });

  expect(before).toEqual([200, 401]);
  expect(after).toEqual([401, 200]);
  expect(withToken.status).toBe(200);
});
