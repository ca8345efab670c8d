import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistries, type RegistryFixture } from './registry-fixture.ts';
import {
  content,
  image,
  index,
  OCI_INDEX,
  OCI_MANIFEST,
  pushBlob,
  pushImage,
  pushIndex,
  putManifest,
} from './registry-images.ts';

let registry: RegistryFixture;

beforeAll(async () => {
  registry = await startRegistries();
});
afterAll(() => registry.close());

const call: RegistryFixture['call'] = (name, path, options) => registry.call(name, path, options);

async function bodyOf(stream: NodeJS.ReadableStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of stream) chunks.push(Buffer.from(chunk as Uint8Array));
  return Buffer.concat(chunks);
}

test('the Azure SDK pushes and pulls an image, blob by blob', async () => {
  const client = registry.content('base', 'library/sdk');
  const pushed = await image('by the SDK');
  // More than one chunk of the SDK, which are 4 MiB each.
  const large = Buffer.alloc(9 * 1024 * 1024, 'a large layer ');

  for (const { bytes } of pushed.blobs) await client.uploadBlob(bytes);
  const uploaded = await client.uploadBlob(Readable.from(large));
  const { digest } = await client.setManifest(pushed.manifest.bytes, { tag: 'v1' });
  const pulled = await client.getManifest('v1');
  const blob = await client.downloadBlob(uploaded.digest);

  expect(digest).toBe(pushed.manifest.digest);
  expect(pulled).toMatchObject({ digest: pushed.manifest.digest, mediaType: OCI_MANIFEST });
  expect(Buffer.compare(await bodyOf(blob.content), large)).toBe(0);
});

test('answers HEAD with digest, type and length, and no body', async () => {
  const pushed = await image('for HEAD');
  await pushImage(registry, 'base', { repository: 'head', reference: 'v1', image: pushed });
  const [config] = pushed.blobs;

  const manifest = await call('base', '/v2/head/manifests/v1', { method: 'HEAD' });
  const blob = await call('base', `/v2/head/blobs/${config?.digest}`, { method: 'HEAD' });

  expect(manifest.status).toBe(200);
  expect(manifest.headers.get('docker-content-digest')).toBe(pushed.manifest.digest);
  expect(manifest.headers.get('content-type')).toBe(OCI_MANIFEST);
  expect(manifest.headers.get('content-length')).toBe(String(pushed.manifest.bytes.length));
  expect(blob.status).toBe(200);
  expect(blob.headers.get('content-length')).toBe(String(config?.bytes.length));
});

test.each([
  ['bytes=2-4', 206, 'cde', 'bytes 2-4/10'],
  ['bytes=7-', 206, 'hij', 'bytes 7-9/10'],
  ['bytes=-2', 206, 'ij', 'bytes 8-9/10'],
  ['bytes=8-99', 206, 'ij', 'bytes 8-9/10'],
  ['lines=1-2', 200, 'abcdefghij', null],
])('answers the range %s of a blob', async (range, status, text, contentRange) => {
  const blob = content('abcdefghij');
  await pushBlob(registry, 'base', 'ranges', blob);

  const response = await call('base', `/v2/ranges/blobs/${blob.digest}`, { headers: { range } });

  expect(response.status).toBe(status);
  expect(response.headers.get('content-range')).toBe(contentRange);
  expect(await response.text()).toBe(text);
});

test('refuses a range beyond the end of a blob', async () => {
  const blob = content('abcdefghij');
  await pushBlob(registry, 'base', 'ranges', blob);

  const response = await call('base', `/v2/ranges/blobs/${blob.digest}`, { headers: { range: 'bytes=10-' } });

  expect(response.status).toBe(416);
  expect(response.headers.get('content-range')).toBe('bytes */10');
});

test('takes a blob in chunks, tells how far it got, and refuses one out of order', async () => {
  const blob = content('first second');
  const started = await call('base', '/v2/chunks/blobs/uploads/', { method: 'POST' });
  const location = started.headers.get('location') ?? '';
  const patch = (body: string, range: string) =>
    call('base', location, { method: 'PATCH', body, headers: { 'content-range': range } });

  const first = await patch('first ', '0-5');
  const again = await patch('first ', '0-5');
  const status = await call('base', location);
  const last = await patch('second', '6-11');
  const finished = await call('base', `${location}?digest=${blob.digest}`, { method: 'PUT' });
  const pulled = await call('base', finished.headers.get('location') ?? '');

  expect(started.status).toBe(202);
  expect([first.status, first.headers.get('range')]).toEqual([202, '0-5']);
  expect([again.status, again.headers.get('range')]).toEqual([416, '0-5']);
  expect([status.status, status.headers.get('range')]).toEqual([204, '0-5']);
  expect(last.headers.get('range')).toBe('0-11');
  expect([finished.status, finished.headers.get('docker-content-digest')]).toEqual([201, blob.digest]);
  expect(await pulled.text()).toBe('first second');
});

test('keeps nothing of a blob whose digest is wrong', async () => {
  const wanted = content('what was promised');
  const path = `/v2/wrong-digest/blobs/uploads/?digest=${wanted.digest}`;

  const response = await call('base', path, { method: 'POST', body: 'something else' });
  const pulled = await call('base', `/v2/wrong-digest/blobs/${wanted.digest}`);

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] });
  expect(pulled.status).toBe(404);
});

test('forgets a canceled upload', async () => {
  const started = await call('base', '/v2/canceled/blobs/uploads/', { method: 'POST' });
  const location = started.headers.get('location') ?? '';

  const canceled = await call('base', location, { method: 'DELETE' });
  const after = await call('base', location, { method: 'PATCH', body: 'late' });

  expect(canceled.status).toBe(204);
  expect(after.status).toBe(404);
  expect(await after.json()).toMatchObject({ errors: [{ code: 'BLOB_UPLOAD_UNKNOWN' }] });
});

test('a blob is seen only in repositories it was pushed to or mounted into', async () => {
  const blob = content('shared by two');
  await pushBlob(registry, 'base', 'owner', blob);

  const before = await call('base', `/v2/borrower/blobs/${blob.digest}`);
  const mounted = await call('base', `/v2/borrower/blobs/uploads/?mount=${blob.digest}&from=owner`, { method: 'POST' });
  const after = await call('base', `/v2/borrower/blobs/${blob.digest}`);
  const missing = await call('base', `/v2/borrower/blobs/uploads/?mount=${content('none').digest}&from=owner`, {
    method: 'POST',
  });

  expect([before.status, mounted.status, after.status]).toEqual([404, 201, 200]);
  // As the specification wants it: what cannot be mounted becomes an upload.
  expect(missing.status).toBe(202);
});

test('refuses a manifest whose blobs or children are not there', async () => {
  const lonely = await image('never pushed');

  const manifest = await putManifest(registry, 'base', {
    repository: 'incomplete',
    reference: 'v1',
    manifest: lonely.manifest,
  });
  const list = await putManifest(registry, 'base', {
    repository: 'incomplete',
    reference: 'v1',
    manifest: index([lonely]),
    mediaType: OCI_INDEX,
  });

  for (const response of [manifest, list]) {
    expect(response.status).toBe(400);
    expect(await response.json()).toMatchObject({ errors: [{ code: 'MANIFEST_BLOB_UNKNOWN' }] });
  }
});

test.each([
  ['is not JSON', '{', OCI_MANIFEST, 400],
  ['is of a type nobody knows', '{"schemaVersion":2}', 'application/vnd.example+json', 400],
  ['is of the old schema', '{"schemaVersion":1}', 'application/vnd.docker.distribution.manifest.v1+json', 400],
  [
    'contradicts its type',
    JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [] }),
    OCI_MANIFEST,
    400,
  ],
  ['is above 4 MiB', JSON.stringify({ padding: 'x'.repeat(4 * 1024 * 1024) }), OCI_MANIFEST, 413],
])('refuses a manifest that %s', async (_, text, mediaType, status) => {
  const manifest = content(text);

  const response = await putManifest(registry, 'base', { repository: 'invalid', reference: 'v1', manifest, mediaType });

  expect(response.status).toBe(status);
  expect(await response.json()).toMatchObject({ errors: [{ code: 'MANIFEST_INVALID' }] });
});

test('refuses a manifest under a digest that is not its own', async () => {
  const pushed = await image('honest');
  for (const blob of pushed.blobs) await pushBlob(registry, 'base', 'dishonest', blob);

  const response = await putManifest(registry, 'base', {
    repository: 'dishonest',
    reference: content('another').digest,
    manifest: pushed.manifest,
  });

  expect(await response.json()).toMatchObject({ errors: [{ code: 'DIGEST_INVALID' }] });
});

test('a multi-platform image publishes one event per manifest, and only the index names the tag', async () => {
  const images = [await image('amd64'), await image('arm64')];
  const from = registry.events.length;

  const digest = await pushIndex(registry, 'base', { repository: 'team/multi', reference: 'v1', images });

  const published = registry.events.slice(from);
  expect(published.map(({ subject }) => subject)).toEqual(['team/multi', 'team/multi', 'team/multi:v1']);
  expect(published.at(-1)).toMatchObject({
    topic: registry.resourceId('base'),
    eventType: 'Microsoft.ContainerRegistry.ImagePushed',
    dataVersion: '2.0',
    data: {
      action: 'push',
      location: 'westeurope',
      target: { digest, mediaType: OCI_INDEX, repository: 'team/multi', tag: 'v1' },
      request: { host: registry.loginServer('base'), method: 'PUT' },
    },
  });
  expect(published[0]).not.toHaveProperty('data.target.tag');
});

test('lists referrers of a subject, all or by type, and an empty index for one that is not there', async () => {
  const subject = await image('signed');
  const signature = await image('a signature', {
    subject: subject.manifest,
    artifactType: 'application/vnd.example.sig',
  });
  const sbom = await image('an sbom', { subject: subject.manifest, artifactType: 'application/vnd.example.sbom' });
  await pushImage(registry, 'base', { repository: 'refs', reference: 'v1', image: subject });
  await pushImage(registry, 'base', { repository: 'refs', image: sbom });
  for (const blob of signature.blobs) await pushBlob(registry, 'base', 'refs', blob);

  const put = await putManifest(registry, 'base', {
    repository: 'refs',
    reference: signature.manifest.digest,
    manifest: signature.manifest,
  });
  const all = await call('base', `/v2/refs/referrers/${subject.manifest.digest}`);
  const filtered = await call(
    'base',
    `/v2/refs/referrers/${subject.manifest.digest}?artifactType=${encodeURIComponent('application/vnd.example.sig')}`,
  );
  const none = await call('base', `/v2/refs/referrers/${content('nothing').digest}`);

  expect(put.headers.get('oci-subject')).toBe(subject.manifest.digest);
  expect(all.headers.get('content-type')).toBe(OCI_INDEX);
  const digests = [signature.manifest.digest, sbom.manifest.digest].toSorted();
  expect(await all.json()).toMatchObject({ mediaType: OCI_INDEX, manifests: digests.map((digest) => ({ digest })) });
  expect(filtered.headers.get('oci-filters-applied')).toBe('artifactType');
  expect(await filtered.json()).toMatchObject({
    manifests: [{ digest: signature.manifest.digest, artifactType: 'application/vnd.example.sig' }],
  });
  expect(none.status).toBe(200);
  expect(await none.json()).toMatchObject({ manifests: [] });
});
