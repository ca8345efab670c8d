import { X509Certificate } from 'node:crypto';
import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { openTls } from '../../../local/cloud/tls.ts';
import { virtualClock } from '../../../local/clock.ts';
import { app, openTestWorld, type TestWorld } from './services.ts';

const STORAGE = 'https://storage.azure.com';

let opened: TestWorld;
beforeEach(async () => {
  opened = await openTestWorld();
});
afterEach(() => opened.close());

async function askForToken(query: string, headers: Record<string, string> = {}): Promise<Response> {
  const { world } = opened;
  await opened.listen(createIdentity({ world }).app, { port: world.config.ports.identity, tls: false });
  return fetch(`http://127.0.0.1:${world.config.ports.identity}/msi/token?api-version=2019-08-01${query}`, { headers });
}

const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;

test('gives the principal of the identity header a token for the resource', async () => {
  const before = Math.floor(Date.now() / 1000);

  const answer = await askForToken(`&resource=${encodeURIComponent(STORAGE)}&client_id=${app.clientId}`, {
    'x-identity-header': app.identityHeader,
  });

  const body = (await answer.json()) as Record<string, string>;
  expect(answer.status).toBe(200);
  expect(body).toMatchObject({ resource: STORAGE, token_type: 'Bearer', client_id: app.clientId });
  expect(Number(body['expires_on'])).toBeGreaterThanOrEqual(before + 86_400);
  const { tenant } = opened.world.config;
  expect(claimsOf(body['access_token'] ?? '')).toMatchObject({
    aud: STORAGE,
    iss: `https://sts.windows.net/${tenant}/`,
    oid: app.objectId,
    sub: app.objectId,
    tid: tenant,
    appid: app.clientId,
  });
});

test.each([
  ['no identity header', '&resource=x', {}, 401],
  ['the identity header of nobody', '&resource=x', { 'x-identity-header': 'guessed' }, 401],
  ['no resource', '', { 'x-identity-header': app.identityHeader }, 400],
  [
    'the client id of another identity',
    '&resource=x&client_id=55555555-5555-4555-8555-555555555555',
    { 'x-identity-header': app.identityHeader },
    400,
  ],
])('refuses a request with %s', async (_, query, headers, status) => {
  const answer = await askForToken(query, headers);

  expect(answer.status).toBe(status);
  expect(await answer.json()).toMatchObject({ statusCode: status, message: expect.any(String) });
});

test('refuses sign-in with a client secret by name', async () => {
  const { world } = opened;
  await opened.listen(createIdentity({ world }).app, { port: world.config.ports.identity, tls: false });

  const answer = await fetch(`http://127.0.0.1:${world.config.ports.identity}/tenant/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({ grant_type: 'client_credentials' }),
  });

  expect(answer.status).toBe(501);
  expect(await answer.json()).toMatchObject({ error_description: expect.stringContaining('client secret') as unknown });
});

test('knows the principal behind its own token, with or without a slash at the end of the audience', () => {
  const identity = createIdentity({ world: opened.world });

  const token = identity.issue(app, 'https://vault.azure.net/');

  expect(identity.verify(`Bearer ${token}`, ['https://vault.azure.net'])).toEqual({
    name: 'app',
    objectId: app.objectId,
  });
});

test('accepts no token for another audience, of another cloud, changed, or without a signature', async () => {
  const identity = createIdentity({ world: opened.world });
  const other = await openTestWorld();
  const [header, payload, signature] = identity.issue(app, STORAGE).split('.');
  const changed = Buffer.from(JSON.stringify({ ...claimsOf(`.${payload}`), oid: 'somebody' })).toString('base64url');
  const unsigned = Buffer.from(JSON.stringify({ typ: 'JWT', alg: 'none' })).toString('base64url');
  const verify = (token: string) => identity.verify(`Bearer ${token}`, [STORAGE]);

  const accepted = verify(`${header}.${payload}.${signature}`);
  const refused = [
    identity.verify(`Bearer ${header}.${payload}.${signature}`, ['https://vault.azure.net']),
    verify(createIdentity({ world: other.world }).issue(app, STORAGE)),
    verify(`${header}.${changed}.${signature}`),
    verify(`${unsigned}.${payload}.`),
    verify('nonsense'),
    identity.verify(undefined, [STORAGE]),
  ];
  await other.close();

  expect(accepted?.objectId).toBe(app.objectId);
  expect(refused).toEqual(refused.map(() => undefined));
});

test('lets a token expire after 24 hours', async () => {
  const clock = virtualClock(1_700_000_000_000);
  const other = await openTestWorld({ clock });
  const identity = createIdentity({ world: other.world });
  const token = `Bearer ${identity.issue(app, STORAGE)}`;

  clock.advance(24 * 3_600_000 - 1000);
  const lastSecond = identity.verify(token, [STORAGE]);
  clock.advance(1000);
  const expired = identity.verify(token, [STORAGE]);
  await other.close();

  expect(lastSecond?.name).toBe('app');
  expect(expired).toBeUndefined();
});

test('still knows its tokens after the cloud was killed and started again', () => {
  const token = createIdentity({ world: opened.world }).issue(app, STORAGE);

  const principal = createIdentity({ world: opened.again() }).verify(`Bearer ${token}`, [STORAGE]);

  expect(principal?.objectId).toBe(app.objectId);
});

test('makes one certificate, for localhost and 127.0.0.1, however many ask for it', async () => {
  const folder = join(opened.world.directory, 'fresh', 'tls');

  const all = await Promise.all([openTls({ folder }), openTls({ folder }), openTls({ folder })]);
  const later = await openTls({ folder });

  expect(new Set([...all, later].map(({ cert }) => cert)).size).toBe(1);
  expect((await stat(join(folder, 'server-key.pem'))).mode & 0o777).toBe(0o600);
  const [server, authority] = [new X509Certificate(later.cert), new X509Certificate(await readFile(later.caFile))];
  expect(server.verify(authority.publicKey)).toBe(true);
  expect([server.checkHost('localhost'), server.checkIP('127.0.0.1')]).toEqual(['localhost', '127.0.0.1']);
});
