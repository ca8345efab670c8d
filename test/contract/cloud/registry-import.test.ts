import type { ContainerRegistryManagementClient, ImportImageParameters } from '@azure/arm-containerregistry';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { REGISTRY, resourceGroup, startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { content, image, index, OCI_INDEX, pushImage, pushIndex, putManifest, type Image } from './registry-images.ts';
import { eventually } from './services.ts';

let registry: RegistryFixture;
let one: Image;
let two: Image;

beforeAll(async () => {
  registry = await startRegistries();
  [one, two] = await Promise.all([image('one'), image('two')]);
  await pushImage(registry, 'base', { repository: 'node', reference: 'v1', image: one });
});
afterAll(() => registry.close());
beforeEach(() => void registry.events.splice(0));

/** Answers the failure, or `undefined`. */
const importTo = (arm: ContainerRegistryManagementClient, parameters: ImportImageParameters) =>
  arm.registries
    .beginImportImageAndWait(resourceGroup, REGISTRY.team, parameters, { updateIntervalInMs: 10 })
    .then(() => undefined)
    .catch((error: unknown) => error);

const fromBase = (sourceImage: string, rest: Omit<ImportImageParameters, 'source'>): ImportImageParameters => ({
  source: { resourceId: registry.resourceId('base'), sourceImage },
  ...rest,
});

const digestAt = async (repository: string, reference: string) =>
  (await registry.call('team', `/v2/${repository}/manifests/${reference}`)).headers.get('docker-content-digest');

test('answers as Azure does: 202 with a place to ask, the state of each tag, and then 200', async () => {
  const started = await registry.callArm(`${registry.resourceId('team')}/importImage?api-version=2025-11-01`, {
    method: 'POST',
    body: JSON.stringify(fromBase('node:v1', { targetTags: ['protocol:v1'] })),
  });
  const location = started.headers.get('location') ?? '';
  const done = await eventually(async () => {
    const poll = await registry.callArm(location);
    if (poll.status === 202) expect(await poll.json()).toEqual({ 'protocol:v1': 'Pending', status: 'Accepted' });
    return poll.status === 202 ? undefined : poll;
  });

  expect(started.status).toBe(202);
  expect(await started.text()).toBe('null');
  expect(location).toContain(
    '/providers/Microsoft.ContainerRegistry/locations/WESTEUROPE/operationResults/registries-',
  );
  expect(location).toContain('?api-version=2025-11-01');
  expect(started.headers.get('retry-after')).toBe('1');
  expect(done.status).toBe(200);
  expect(await done.json()).toEqual({ status: 'Succeeded' });
});

test('copies by digest, under a tag and without one, and keeps the digest', async () => {
  const failure = await importTo(
    registry.arm,
    fromBase(`node@${one.manifest.digest}`, { targetTags: ['copy:v1'], untaggedTargetRepositories: ['untagged/copy'] }),
  );

  expect(failure).toBeUndefined();
  expect(await digestAt('copy', 'v1')).toBe(one.manifest.digest);
  expect(await digestAt('untagged/copy', one.manifest.digest)).toBe(one.manifest.digest);
  const pulled = await registry.call('team', `/v2/untagged/copy/blobs/${one.blobs[1]?.digest}`);
  expect(Buffer.from(await pulled.arrayBuffer())).toEqual(one.blobs[1]?.bytes);
});

test('copies an index with its children, and publishes one event per manifest', async () => {
  const digest = await pushIndex(registry, 'base', { repository: 'multi', reference: 'v1', images: [one, two] });
  registry.events.splice(0);

  await importTo(registry.arm, fromBase(`multi@${digest}`, { targetTags: ['multi:v1'] }));

  expect(await digestAt('multi', 'v1')).toBe(digest);
  for (const { manifest } of [one, two]) expect(await digestAt('multi', manifest.digest)).toBe(manifest.digest);
  expect(registry.events.map(({ subject }) => subject)).toEqual(['multi', 'multi', 'multi:v1']);
  expect(registry.events.every(({ topic }) => topic === registry.resourceId('team'))).toBe(true);
});

test('leaves referrers and signature tags behind', async () => {
  const signature = await image('signature', { subject: one.manifest, artifactType: 'application/vnd.example.sig' });
  const tag = `${one.manifest.digest.replace(':', '-')}.sig`;
  await pushImage(registry, 'base', { repository: 'node', reference: tag, image: signature });

  await importTo(registry.arm, fromBase('node:v1', { targetTags: ['signed:v1'] }));

  const referrers = await registry.call('team', `/v2/signed/referrers/${one.manifest.digest}`);
  const tags = await registry.call('team', '/v2/signed/tags/list');
  expect(await referrers.json()).toMatchObject({ manifests: [] });
  expect(await tags.json()).toMatchObject({ tags: ['v1'] });
});

test('retags within one registry', async () => {
  await pushImage(registry, 'team', { repository: 'retag', reference: 'v1', image: one });

  const failure = await importTo(registry.arm, {
    source: { resourceId: registry.resourceId('team'), sourceImage: 'retag:v1' },
    targetTags: ['retag:stable'],
  });

  expect(failure).toBeUndefined();
  expect(await digestAt('retag', 'stable')).toBe(one.manifest.digest);
});

test('NoForce refuses an existing tag with Conflict, before it copies anything', async () => {
  await pushImage(registry, 'team', { repository: 'taken', reference: 'v1', image: two });

  const failure = await importTo(
    registry.arm,
    fromBase('node:v1', { targetTags: ['fresh:v1', 'taken:v1'], mode: 'NoForce' }),
  );

  expect(failure).toMatchObject({ code: 'Conflict', statusCode: 409 });
  expect(String(failure)).toContain(
    `failed. Resource ${registry.resourceId('team')} Tag taken:v1 already exists in target registry.`,
  );
  expect(await digestAt('taken', 'v1')).toBe(two.manifest.digest);
  expect(await digestAt('fresh', 'v1')).toBeNull();
});

test('Force moves even a locked tag, and leaves the lock showing', async () => {
  await pushImage(registry, 'team', { repository: 'forced', reference: 'v1', image: two });
  const artifact = registry.acr('team').getArtifact('forced', 'v1');
  await artifact.updateTagProperties('v1', { canWrite: false });

  const failure = await importTo(registry.arm, fromBase('node:v1', { targetTags: ['forced:v1'], mode: 'Force' }));

  expect(failure).toBeUndefined();
  expect(await artifact.getTagProperties('v1')).toMatchObject({ digest: one.manifest.digest, canWrite: false });
});

test.each([
  ['no target', { source: { resourceId: 'BASE', sourceImage: 'node:v1' } }, 'parameters.TargetTags'],
  ['no source', { source: { sourceImage: 'node:v1' }, targetTags: ['a:b'] }, 'resourceId or registryUri'],
  ['a target that is no tag', { source: { resourceId: 'BASE', sourceImage: 'node:v1' }, targetTags: ['A:b'] }, '"A"'],
])('refuses at once an import with %s', async (_, parameters, text) => {
  const response = await registry.callArm(`${registry.resourceId('team')}/importImage?api-version=2025-11-01`, {
    method: 'POST',
    body: JSON.stringify(parameters).replace('BASE', registry.resourceId('base')),
  });

  expect(response.status).toBe(400);
  expect(await response.json()).toMatchObject({
    status: 'Failed',
    error: { message: expect.stringContaining(text) as string },
  });
});

test('refuses at once a source registry that is not there', async () => {
  const failure = await importTo(registry.arm, {
    source: { resourceId: `${registry.resourceId('base')}2`, sourceImage: 'node:v1' },
    targetTags: ['a:b'],
  });

  expect(failure).toMatchObject({ statusCode: 404, code: 'ResourceNotFound' });
});

test('fails when the source has no such tag or digest', async () => {
  const byTag = await importTo(registry.arm, fromBase('node:v404', { targetTags: ['missing:v1'] }));
  const { digest } = content('no such manifest');
  const byDigest = await importTo(registry.arm, fromBase(`node@${digest}`, { targetTags: ['missing:v1'] }));

  expect(String(byTag)).toContain('Unable to find manifest digest  Repo: node Tag: v404 Manifest:');
  expect(String(byDigest)).toContain(`Manifest: ${digest}`);
});

test('copies an image of 50 manifests and refuses one of 51', async () => {
  const images = await Promise.all(Array.from({ length: 50 }, (_, position) => image(`platform ${position}`)));
  await pushIndex(registry, 'base', { repository: 'wide', reference: 'fits', images: images.slice(0, 49) });
  await pushIndex(registry, 'base', { repository: 'wide', reference: 'too-wide', images });

  const fits = await importTo(registry.arm, fromBase('wide:fits', { targetTags: ['wide:fits'] }));
  const tooWide = await importTo(registry.arm, fromBase('wide:too-wide', { targetTags: ['wide:too-wide'] }));

  expect(fits).toBeUndefined();
  expect(await digestAt('wide', 'fits')).toBe(index(images.slice(0, 49)).digest);
  expect(String(tooWide)).toContain('more than 50 manifests');
  expect(await digestAt('wide', 'too-wide')).toBeNull();
});

test('reads a registry by its host with a name and a password, with an identity token, and not without', async () => {
  const registryUri = registry.loginServer('base');
  const { username, password } = registry.registries.login(registryUri);
  const [principal] = registry.world.config.principals;
  if (!principal) throw new Error('the fixture has no principal');
  const identityToken = registry.identity.issue(principal, 'https://containerregistry.azure.net');
  const byHost = (tag: string, credentials?: { username?: string; password: string }) =>
    importTo(registry.arm, {
      source: { registryUri, sourceImage: 'node:v1', credentials },
      targetTags: [`by-host:${tag}`],
    });

  const withLogin = await byHost('login', { username, password });
  const withIdentity = await byHost('identity', { password: identityToken });
  const withRefreshToken = await byHost('refresh', { password });
  const wrong = await byHost('wrong', { username: 'nobody', password: 'guessed' });
  const without = await byHost('without');

  expect([withLogin, withIdentity, withRefreshToken]).toEqual([undefined, undefined, undefined]);
  for (const tag of ['login', 'identity', 'refresh']) expect(await digestAt('by-host', tag)).toBe(one.manifest.digest);
  for (const failure of [wrong, without]) expect(String(failure)).toContain(`Access to ${registryUri} denied.`);
});

test('an index is refused when the source lacks one of its children', async () => {
  await pushIndex(registry, 'base', { repository: 'sparse', reference: 'v1', images: [one, two] });
  await registry.acr('base').getArtifact('sparse', two.manifest.digest).delete();

  const failure = await importTo(registry.arm, fromBase('sparse:v1', { targetTags: ['sparse:v1'] }));

  expect(String(failure)).toContain(`Manifest: ${two.manifest.digest}`);
  expect(await digestAt('sparse', 'v1')).toBeNull();
});

test('an index pushed after an import needs nothing that the import did not bring', async () => {
  await importTo(registry.arm, fromBase('node:v1', { untaggedTargetRepositories: ['assembled'] }));

  const response = await putManifest(registry, 'team', {
    repository: 'assembled',
    reference: 'v1',
    manifest: index([one]),
    mediaType: OCI_INDEX,
  });

  expect(response.status).toBe(201);
});
