import { createHash, createPublicKey, verify } from 'node:crypto';
import { KeyClient, type KeyVaultKey } from '@azure/keyvault-keys';
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import type { Vault } from '../../../local/cloud/vault/vault.ts';
import { createVaults } from '../../../local/cloud/vault/vaults.ts';
import type { IdentityService } from '../../../local/cloud/world.ts';
import { app, credentialOf, openTestWorld, type TestWorld } from './services.ts';

let opened: TestWorld;
let identity: IdentityService;
let roles: ReturnType<typeof createRoles>;
let client: KeyClient;
let vault: Vault;

beforeEach(async () => {
  opened = await openTestWorld();
  const { world } = opened;
  identity = createIdentity({ world });
  roles = createRoles({ world });
  vault = createVaults({ world, identity, roles }).named('contractvault');
  roles.assign(app.objectId, 'Key Vault Crypto Officer', vault.id);
  await opened.listen(vault.app, vault);
  client = clientOf();
});
afterEach(() => opened.close());

const clientOf = () =>
  new KeyClient(vault.url, credentialOf(identity, app), {
    disableChallengeResourceVerification: true,
    tlsOptions: { ca: readFileSync(opened.world.tls.caFile, 'utf8') },
    retryOptions: { maxRetries: 0 },
  });

const hashOf = (text: string) => createHash('sha256').update(text).digest();
const versionOf = ({ properties }: KeyVaultKey) => properties.version ?? '';

function publicKeyOf({ key }: KeyVaultKey) {
  const coordinate = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString('base64url');
  return createPublicKey({
    format: 'jwk',
    key: { kty: 'EC', crv: 'P-256', x: coordinate(key?.x), y: coordinate(key?.y) },
  });
}

test('what a key signs verifies with its public part, by node and by the vault', async () => {
  const key = await client.createEcKey('promotions', { curve: 'P-256' });
  const cryptography = client.getCryptographyClient('promotions', { keyVersion: versionOf(key) });

  const { result } = await cryptography.sign('ES256', hashOf('promote'));

  const raw = { key: publicKeyOf(key), dsaEncoding: 'ieee-p1363' } as const;
  expect(result).toHaveLength(64);
  expect(verify('sha256', Buffer.from('promote'), raw, result)).toBe(true);
  expect(verify('sha256', Buffer.from('demote'), raw, result)).toBe(false);
  expect(await cryptography.verify('ES256', hashOf('promote'), result)).toMatchObject({ result: true });
  expect(await cryptography.verify('ES256', hashOf('demote'), result)).toMatchObject({ result: false });
});

test('keeps every version of a key, and gives the newest when none is asked for', async () => {
  const first = await client.createEcKey('promotions', { curve: 'P-256', tags: { for: 'records' } });
  const second = await client.createEcKey('promotions');
  const versions: (string | undefined)[] = [];
  for await (const { version } of client.listPropertiesOfKeyVersions('promotions')) versions.push(version);

  expect(await client.getKey('promotions')).toMatchObject({ id: second.id });
  expect(await client.getKey('Promotions', { version: versionOf(first) })).toMatchObject({
    id: first.id,
    keyType: 'EC',
    keyOperations: ['sign', 'verify'],
    properties: { tags: { for: 'records' }, enabled: true },
  });
  expect(versions).toEqual([versionOf(first), versionOf(second)]);
});

test('a disabled version signs nothing, and still shows its public part', async () => {
  const key = await client.createEcKey('promotions');
  await client.updateKeyProperties('promotions', versionOf(key), { enabled: false });

  const cryptography = client.getCryptographyClient('promotions', { keyVersion: versionOf(key) });

  await expect(cryptography.sign('ES256', hashOf('promote'))).rejects.toThrow(/disabled key/);
  expect(await client.getKey('promotions')).toMatchObject({ properties: { enabled: false } });
});

test('refuses by name what it has not: other curves, other kinds, a hash of another length, a key that is not there', async () => {
  await client.createEcKey('promotions');
  const cryptography = client.getCryptographyClient('promotions');

  await expect(client.createEcKey('other', { curve: 'P-384' })).rejects.toMatchObject({ code: 'BadParameter' });
  await expect(client.createRsaKey('other')).rejects.toThrow(/elliptic-curve keys only/);
  await expect(cryptography.sign('ES256', Buffer.from('short'))).rejects.toThrow(/32 bytes, and this has 5/);
  await expect(client.getKey('nothing')).rejects.toMatchObject({ statusCode: 404, code: 'KeyNotFound' });
});
