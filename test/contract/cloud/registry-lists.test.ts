import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { image, pushImage, pushIndex, type Image } from './registry-images.ts';

let registry: RegistryFixture;
let images: Image[];

beforeAll(async () => {
  registry = await startRegistries();
  images = await Promise.all(['one', 'two', 'three'].map((text) => image(text)));
  for (const [position, each] of images.entries()) {
    await pushImage(registry, 'base', { repository: 'library/node', reference: `v${position + 1}`, image: each });
    // Pushes of one millisecond have no order in time.
    const pushedAt = Date.now();
    while (Date.now() === pushedAt) await new Promise((resolve) => setImmediate(resolve));
  }
  await pushImage(registry, 'base', { repository: 'alpine', reference: 'latest', image: await image('alpine') });
  await pushIndex(registry, 'base', { repository: 'multi', reference: 'latest', images: images.slice(0, 2) });
});
afterAll(() => registry.close());

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of pages) items.push(item);
  return items;
}

test('lists repositories, tags and manifests page by page through the Azure SDK', async () => {
  const client = registry.acr('base');
  const repository = client.getRepository('library/node');

  const names = await all(client.listRepositoryNames().byPage({ maxPageSize: 2 }));
  const oldest = await all(
    repository.listManifestProperties({ order: 'LastUpdatedOnAscending' }).byPage({ maxPageSize: 2 }),
  );
  const newest = await all(
    client
      .getArtifact('library/node', 'v1')
      .listTagProperties({ order: 'LastUpdatedOnDescending' })
      .byPage({ maxPageSize: 1 }),
  );

  // A page of the SDK has a property of its own beside its entries.
  expect(names.map((page) => [...page])).toEqual([['alpine', 'library/node'], ['multi']]);
  const digests = images.map(({ manifest }) => manifest.digest);
  expect(oldest.map((page) => page.map(({ digest }) => digest))).toEqual([digests.slice(0, 2), digests.slice(2)]);
  expect(newest.map((page) => page.map(({ name }) => name))).toEqual([['v3'], ['v2'], ['v1']]);
});

test('lists all tags newest first', async () => {
  const path = '/acr/v1/library%2Fnode/_tags?orderby=timedesc&n=2';

  const first = await registry.call('base', path);
  const link = /^<([^>]+)>; rel="next"$/.exec(first.headers.get('link') ?? '')?.[1] ?? '';
  const second = await registry.call('base', link);

  expect(await first.json()).toMatchObject({
    registry: registry.loginServer('base'),
    imageName: 'library/node',
    tags: [{ name: 'v3' }, { name: 'v2' }],
  });
  expect(await second.json()).toMatchObject({ tags: [{ name: 'v1' }] });
  expect(second.headers.get('link')).toBeNull();
});

test('answers the tag list of the OCI API in pages', async () => {
  const first = await registry.call('base', '/v2/library/node/tags/list?n=2');
  const second = await registry.call('base', '/v2/library/node/tags/list?n=2&last=v2');
  const unknown = await registry.call('base', '/v2/nowhere/tags/list');
  const wrong = await registry.call('base', '/v2/library/node/tags/list?n=many');

  expect(await first.json()).toEqual({ name: 'library/node', tags: ['v1', 'v2'] });
  expect(first.headers.get('link')).toBe('</v2/library/node/tags/list?n=2&last=v2&orderby=>; rel="next"');
  expect(await second.json()).toEqual({ name: 'library/node', tags: ['v3'] });
  expect(await unknown.json()).toMatchObject({ errors: [{ code: 'NAME_UNKNOWN' }] });
  expect(await wrong.json()).toMatchObject({ errors: [{ code: 'PAGINATION_NUMBER_INVALID' }] });
});

test('tells platform, size and tags of a manifest, and the children of an index', async () => {
  const client = registry.acr('base');

  const single = await client.getArtifact('library/node', 'v1').getManifestProperties();
  const multi = await client.getArtifact('multi', 'latest').getManifestProperties();
  const properties = await client.getRepository('library/node').getProperties();

  const [one] = images;
  expect(single).toMatchObject({
    digest: one?.manifest.digest,
    architecture: 'arm64',
    operatingSystem: 'linux',
    sizeInBytes: one?.blobs.reduce((sum, { bytes }) => sum + bytes.length, 0),
    tags: ['v1'],
    canDelete: true,
    canWrite: true,
  });
  expect(multi.relatedArtifacts.map(({ digest, architecture }) => ({ digest, architecture }))).toEqual([
    { digest: images[0]?.manifest.digest, architecture: 'amd64' },
    { digest: images[1]?.manifest.digest, architecture: 'arm64' },
  ]);
  expect(properties).toMatchObject({ name: 'library/node', manifestCount: 3, tagCount: 3 });
});

test('refuses to change attributes that belong to what is not emulated', async () => {
  await registry.callArm(`${registry.resourceId('base')}?api-version=2025-11-01`, {
    method: 'PATCH',
    body: JSON.stringify({ properties: { adminUserEnabled: true } }),
  });
  const credentials = await registry.callArm(`${registry.resourceId('base')}/listCredentials?api-version=2025-11-01`, {
    method: 'POST',
  });
  const { username, passwords } = (await credentials.json()) as { username: string; passwords: { value: string }[] };

  const response = await registry.call('base', '/acr/v1/alpine', {
    as: { username, password: passwords[0]?.value ?? '' },
    method: 'PATCH',
    body: JSON.stringify({ quarantineState: 'Passed' }),
  });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({ errors: [{ code: 'UNSUPPORTED' }] });
});
