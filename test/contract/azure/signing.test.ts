import { createHash, generateKeyPairSync, sign, verify } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { createClients } from '../../../shared/azure/clients.ts';
import { azureSigning } from '../../../shared/azure/signing.ts';
import type { Signing } from '../../../shared/ports/signing.ts';
import type { Answer, WireRequest } from './wire.ts';
import { anyone, startWired, SUBSCRIPTION, type Wired } from './wired-clients.ts';

const [OLD, NEW, OFF] = ['0'.repeat(32), '1'.repeat(32), '2'.repeat(32)];
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const { x, y } = publicKey.export({ format: 'jwk' });
const bytes = new TextEncoder().encode('promote');

let wired: Wired;
let signing: Signing;
beforeAll(async () => {
  wired = await startWired();
  const { url } = wired.wire;
  const endpoints = { armEndpoint: url, tablesEndpoint: url, blobsEndpoint: url, announcementsEndpoint: url };
  const settings = { subscriptionId: SUBSCRIPTION, keyVaultUrl: url, ...endpoints };
  signing = azureSigning(createClients(settings, { credential: anyone, deadlineSeconds: 3 }), { name: 'records' });
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

const challenge: Answer = {
  status: 401,
  headers: {
    'WWW-Authenticate': 'Bearer authorization="https://login.example.com/tenant", resource="https://vault.azure.net"',
  },
};
const on = (method: 'GET' | 'POST', path: string, answer: (request: WireRequest) => Answer) =>
  wired.wire.on(method, path, (request) => (request.headers.authorization ? answer(request) : challenge));
const item = (version: string, created: number, enabled = true) => ({
  kid: `${wired.wire.url}/keys/records/${version}`,
  attributes: { enabled, created, updated: created },
});
const bundle = (version: string, key: object = {}): Answer => ({
  status: 200,
  body: {
    ...item(version, 1),
    key: { kid: item(version, 1).kid, kty: 'EC', crv: 'P-256', x, y, key_ops: ['sign'], ...key },
  },
});
const versions = (...items: object[]): Answer => ({ status: 200, body: { value: items, nextLink: null } });

test('gives every enabled version, the newest first, with its public part', async () => {
  on('GET', '/keys/records/versions', () => versions(item(OLD, 100), item(NEW, 200), item(OFF, 300, false)));
  for (const version of [OLD, NEW]) on('GET', `/keys/records/${version}`, () => bundle(version));

  const keys = await signing.keys();

  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  expect(keys).toEqual([NEW, OLD].map((version) => ({ id: item(version, 1).kid, version, publicKey: pem })));
});

test('takes a key of a hardware module for what it is', async () => {
  on('GET', '/keys/records/versions', () => versions(item(NEW, 1)));
  on('GET', `/keys/records/${NEW}`, () => bundle(NEW, { kty: 'EC-HSM' }));

  expect(await signing.keys()).toHaveLength(1);
});

test('has no keys when there is no such key', async () => {
  on('GET', '/keys/records/versions', () => ({ status: 404, body: { error: { code: 'KeyNotFound', message: 'no' } } }));

  expect(await signing.keys()).toEqual([]);
});

test('says which kind of key it needs when it is another one', async () => {
  on('GET', '/keys/records/versions', () => versions(item(NEW, 1)));
  on('GET', `/keys/records/${NEW}`, () => bundle(NEW, { kty: 'RSA', crv: undefined, n: x, e: 'AQAB' }));

  await expect(signing.keys()).rejects.toThrow(/of the kind RSA .*EC P-256.*SIGNING_KEY/);
});

test('sends a hash and never what is signed, and gives the signature in DER', async () => {
  on('GET', `/keys/records/${NEW}`, () => bundle(NEW));
  on('POST', `/keys/records/${NEW}/sign`, () => {
    const value = sign('sha256', bytes, { key: privateKey, dsaEncoding: 'ieee-p1363' }).toString('base64url');
    return { status: 200, body: { kid: item(NEW, 1).kid, value } };
  });

  const signature = await signing.sign({ id: '', version: NEW, publicKey: '' }, bytes);

  expect(verify('sha256', bytes, publicKey, signature)).toBe(true);
  const sent = wired.wire.requests.findLast(({ method }) => method === 'POST')?.body.toString() ?? '';
  expect(JSON.parse(sent)).toEqual({ alg: 'ES256', value: createHash('sha256').update(bytes).digest('base64url') });
});

test('names the role when it may not sign', async () => {
  on('GET', `/keys/records/${NEW}`, () => bundle(NEW));
  on('POST', `/keys/records/${NEW}/sign`, () => ({
    status: 403,
    body: { error: { code: 'Forbidden', message: 'no', innererror: { code: 'ForbiddenByRbac' } } },
  }));

  await expect(signing.sign({ id: '', version: NEW, publicKey: '' }, bytes)).rejects.toThrow(
    /sign with the key "records".*ForbiddenByRbac.*"gated-import record signer"/,
  );
});
