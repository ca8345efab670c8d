/** What is changed in a registry: tags are put and locked, manifests are protected, given free and deleted. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { registryData } from '../../../shared/azure/registry-data.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import { attributes, bytes, DIGEST, manifest, refusal, registryWire, TYPE } from './registry-wire.ts';
import { startWired, type Wired } from './wired-clients.ts';

let wired: Wired;
let registry: Omit<Registries, 'import'>;
beforeAll(async () => {
  wired = await startWired();
  registry = registryData(wired.clients);
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

const { on, tagged, byDigest, last } = registryWire(() => wired);

test('puts the same bytes under a tag, with their type', async () => {
  on('PUT', '/v2/node/manifests/22', { status: 201, headers: { 'Docker-Content-Digest': DIGEST } });

  const put = await registry.putManifest(tagged(), manifest);

  expect(put).toBe('put');
  expect(last()?.headers['content-type']).toBe(TYPE);
  expect(last()?.body).toEqual(Buffer.from(bytes));
});

test('a tag that may not be moved is an answer', async () => {
  on('PUT', '/v2/node/manifests/22', { status: 405, body: refusal('REGISTRY_DISALLOWED_OPERATION') });

  expect(await registry.putManifest(tagged(), manifest)).toBe('locked');
});

test('a registry that takes the bytes for another digest is trouble', async () => {
  on('PUT', '/v2/node/manifests/22', {
    status: 201,
    headers: { 'Docker-Content-Digest': `sha256:${'00'.repeat(32)}` },
  });

  await expect(registry.putManifest(tagged(), manifest)).rejects.toMatchObject({ code: 'ServiceTrouble' });
});

test('locks a tag against moving and deleting, and a manifest against deleting only', async () => {
  on('PATCH', '/acr/v1/node/_tags/22', {
    status: 200,
    body: { imageName: 'node', tag: { name: '22', digest: DIGEST, ...attributes } },
  });
  on('PATCH', `/acr/v1/node/_manifests/${DIGEST}`, {
    status: 200,
    body: { imageName: 'node', manifest: { digest: DIGEST, ...attributes } },
  });

  await registry.lockTag(tagged());
  const tagLock = last()?.body.toString();
  await registry.protectManifest(byDigest());
  const manifestLock = last()?.body.toString();

  expect(JSON.parse(tagLock ?? '')).toEqual({ writeEnabled: false, deleteEnabled: false });
  expect(JSON.parse(manifestLock ?? '')).toEqual({ deleteEnabled: false });
});

const changes: [string, string, string, () => Promise<unknown>, RegExp][] = [
  [
    'putManifest',
    'PUT',
    '/v2/node/manifests/22',
    () => registry.putManifest(tagged(), manifest),
    /put sha256:.* as localhost.*\/node:22/,
  ],
  ['lockTag', 'PATCH', '/acr/v1/node/_tags/22', () => registry.lockTag(tagged()), /lock the tag localhost.*\/node:22/],
  [
    'protectManifest',
    'PATCH',
    `/acr/v1/node/_manifests/${DIGEST}`,
    () => registry.protectManifest(byDigest()),
    /protect the manifest/,
  ],
];

test.each(changes)('%s throws trouble, with the time to wait, when throttled', async (_, method, path, change) => {
  on(method, path, { status: 429, headers: { 'Retry-After': '300' }, body: refusal('TOOMANYREQUESTS') });

  await expect(change()).rejects.toMatchObject({ code: 'ServiceTrouble', status: 429, retryAfterSeconds: 300 });
});

test.each(changes)(
  '%s throws trouble when the registry is down, after three tries',
  async (_, method, path, change) => {
    on(method, path, { status: 503 });

    await expect(change()).rejects.toMatchObject({ code: 'ServiceTrouble', status: 503 });
    expect(
      wired.wire.requests.filter((request) => request.method === method && request.headers.authorization),
    ).toHaveLength(3);
  },
);

test.each(changes)(
  '%s says what was asked and which role is missing when it is denied',
  async (_, method, path, change, what) => {
    on(method, path, { status: 403, body: refusal('DENIED', 'requested access is denied') });

    await expect(change()).rejects.toThrow(what);
    await expect(change()).rejects.toThrow(/403 DENIED: requested access.*"Container Registry Repository Writer"/);
  },
);

test.each(changes)('%s gives up when nobody answers', async (_, method, path, change) => {
  wired.wire.on(method, path, 'never');

  await expect(change()).rejects.toMatchObject({
    code: 'ServiceTrouble',
    message: expect.stringMatching(/within our deadline/),
  });
});

test('gives a manifest free, and deletes it', async () => {
  on('PATCH', `/acr/v1/node/_manifests/${DIGEST}`, {
    status: 200,
    body: { imageName: 'node', manifest: { digest: DIGEST, ...attributes } },
  });
  on('DELETE', `/v2/node/manifests/${DIGEST}`, { status: 202 });

  await registry.unprotectManifest(byDigest());
  const attribute = last()?.body.toString();

  expect(JSON.parse(attribute ?? '')).toEqual({ deleteEnabled: true });
  expect(await registry.deleteManifest(byDigest())).toBe('deleted');
});

test('a manifest that is gone already is free and deleted', async () => {
  on('PATCH', `/acr/v1/node/_manifests/${DIGEST}`, { status: 404, body: refusal('MANIFEST_UNKNOWN') });
  on('DELETE', `/v2/node/manifests/${DIGEST}`, { status: 404, body: refusal('MANIFEST_UNKNOWN') });

  await expect(registry.unprotectManifest(byDigest())).resolves.toBeUndefined();
  expect(await registry.deleteManifest(byDigest())).toBe('deleted');
});

test('a manifest that somebody has locked is not deleted, which is an answer', async () => {
  on('DELETE', `/v2/node/manifests/${DIGEST}`, { status: 405, body: refusal('REGISTRY_DISALLOWED_OPERATION') });

  expect(await registry.deleteManifest(byDigest())).toBe('locked');
});

test('names the role that may delete, when it is missing', async () => {
  on('DELETE', `/v2/node/manifests/${DIGEST}`, { status: 403, body: refusal('DENIED') });

  await expect(registry.deleteManifest(byDigest())).rejects.toThrow(/lacks the role "AcrDelete" there/);
});
