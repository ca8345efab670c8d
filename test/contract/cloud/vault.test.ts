import { SecretClient } from '@azure/keyvault-secrets';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import type { Vault } from '../../../local/cloud/vault/vault.ts';
import { createVaults, type Vaults } from '../../../local/cloud/vault/vaults.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import type { IdentityService, RoleService } from '../../../local/cloud/world.ts';
import { readFileSync } from 'node:fs';
import { request } from 'node:https';
import { app, credentialOf, openTestWorld, type TestWorld } from './services.ts';

let opened: TestWorld;
let identity: IdentityService;
let vaults: Vaults;
let vault: Vault;
let roles: RoleService;
let url: string;
let client: SecretClient;

beforeEach(async () => {
  opened = await openTestWorld();
  identity = createIdentity({ world: opened.world });
  const table = createRoles({ world: opened.world });
  table.assign(app.objectId, 'Key Vault Secrets Officer', `/subscriptions/${opened.world.config.subscription}`);
  roles = table;
  vaults = createVaults({ world: opened.world, identity, roles });
  vault = vaults.named('contractvault');
  await opened.listen(vault.app, vault);
  ({ url } = vault);
  const options = {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: readFileSync(opened.world.tls.caFile, 'utf8') },
    retryOptions: { maxRetries: 0 },
  };
  client = new SecretClient(url, credentialOf(identity, app), options);
});
afterEach(() => opened.close());

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

test('keeps every version of a secret, and gives the newest when none is asked for', async () => {
  const first = await client.setSecret('signing-key', 'old', { contentType: 'text/plain', tags: { use: 'records' } });
  const second = await client.setSecret('signing-key', 'new');

  const newest = await client.getSecret('signing-key');
  const older = await client.getSecret('SIGNING-KEY', { version: first.properties.version ?? '' });
  const versions = await all(client.listPropertiesOfSecretVersions('signing-key'));

  expect(newest).toMatchObject({
    name: 'signing-key',
    value: 'new',
    properties: { version: second.properties.version },
  });
  expect(older).toMatchObject({ value: 'old', properties: { contentType: 'text/plain', tags: { use: 'records' } } });
  expect(versions.map(({ version }) => version)).toEqual([first.properties.version, second.properties.version]);
  expect(newest.properties).toMatchObject({
    id: `${url}/secrets/signing-key/${second.properties.version}`,
    enabled: true,
    recoveryLevel: 'Recoverable+Purgeable',
  });
});

test('lists secrets page by page', async () => {
  const names = Array.from({ length: 30 }, (_, index) => `secret-${String(index).padStart(2, '0')}`);
  for (const name of names) vault.put(name, 'x');

  const listed = await all(client.listPropertiesOfSecrets());

  expect(listed.map(({ name }) => name)).toEqual(names);
});

test('gives no value of a disabled secret, to the app or to a service, until it is enabled again', async () => {
  const { properties } = await client.setSecret('registry-password', 'x1');
  const version = properties.version ?? '';

  await client.updateSecretProperties('registry-password', version, { enabled: false });
  const refusal: unknown = await client.getSecret('registry-password').catch((error: unknown) => error);
  const forService = vaults.secret(`${url}/secrets/registry-password`, app.objectId);
  await client.updateSecretProperties('registry-password', version, { enabled: true });
  const enabled = await client.getSecret('registry-password');

  expect(refusal).toMatchObject({
    statusCode: 403,
    code: 'Forbidden',
    details: { error: { innerError: { code: 'SecretDisabled' } } },
  });
  expect(forService).toBeUndefined();
  expect(enabled.value).toBe('x1');
});

test('says that a secret is not there', async () => {
  const refusal: unknown = await client.getSecret('nothing').catch((error: unknown) => error);

  expect(refusal).toMatchObject({ statusCode: 404, code: 'SecretNotFound' });
});

test('keeps a deleted secret recoverable, and its name taken, until it is purged', async () => {
  await client.setSecret('token', 'v1');

  await (await client.beginDeleteSecret('token', { intervalInMs: 10 })).pollUntilDone();
  const gone: unknown = await client.getSecret('token').catch((error: unknown) => error);
  const taken: unknown = await client.setSecret('token', 'v2').catch((error: unknown) => error);
  const deleted = await all(client.listDeletedSecrets());
  await (await client.beginRecoverDeletedSecret('token', { intervalInMs: 10 })).pollUntilDone();
  const recovered = await client.getSecret('token');
  await (await client.beginDeleteSecret('token', { intervalInMs: 10 })).pollUntilDone();
  await client.purgeDeletedSecret('token');
  const anew = await client.setSecret('token', 'v3');

  expect(gone).toMatchObject({ statusCode: 404 });
  expect(taken).toMatchObject({ statusCode: 409, code: 'Conflict' });
  expect(deleted.map(({ name }) => name)).toEqual(['token']);
  expect(recovered.value).toBe('v1');
  expect(anew.value).toBe('v3');
});

test('asks for a token, by the challenge that clients learn the audience from', async () => {
  const challenge = await get('/secrets/token/');
  const wrongAudience = await get('/secrets/token/', identity.issue(app, 'https://management.azure.com'));

  expect(challenge).toMatchObject({ status: 401, body: expect.stringContaining('AKV10000') as unknown });
  expect(challenge.authenticate).toBe(
    `Bearer authorization="https://login.microsoftonline.com/${opened.world.config.tenant}", resource="https://vault.azure.net"`,
  );
  expect(wrongAudience.status).toBe(401);
});

test('gives a service the value behind a secret url, with a version or without, deleted ones never', async () => {
  const first = await client.setSecret('pull', 'one');
  await client.setSecret('pull', 'two');

  const values = [
    vaults.secret(`${url}/secrets/pull`, app.objectId),
    vaults.secret(`https://contractvault.vault.azure.net/secrets/pull/${first.properties.version}`, app.objectId),
    vaults.secret(`${url}/secrets/other`, app.objectId),
  ];
  await client.beginDeleteSecret('pull');

  expect(values).toEqual(['two', 'one', undefined]);
  expect(vaults.secret(`${url}/secrets/pull`, app.objectId)).toBeUndefined();
});

test('gives a service nothing that the identity it reads as may not read, and says so in the log', async () => {
  await client.setSecret('pull', 'one');

  const value = vaults.secret(`${url}/secrets/pull`, 'somebody-else');

  expect(value).toBeUndefined();
  expect(opened.logged.at(-1)).toMatch(/REFUSED somebody-else .*getSecret\/action at .*\/secrets\/pull$/);
});

test('makes no new version when the same value is put at each start', async () => {
  vault.put('seed', 'same');
  vault.put('seed', 'same');

  createVaults({ world: opened.again(), identity, roles }).named('contractvault').put('seed', 'same');

  expect(await all(client.listPropertiesOfSecretVersions('seed'))).toHaveLength(1);
});

function get(path: string, token?: string): Promise<{ status: number; authenticate: string; body: string }> {
  return new Promise((resolve, reject) => {
    const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
    const sent = request(`${url}${path}`, { ca: readFileSync(opened.world.tls.caFile), headers }, (answer) => {
      let body = '';
      answer.on('data', (chunk: Buffer) => (body += String(chunk)));
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, authenticate: answer.headers['www-authenticate'] ?? '', body }),
      );
    });
    sent.on('error', reject);
    sent.end();
  });
}
