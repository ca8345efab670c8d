import { afterAll, beforeAll, expect, test } from 'vitest';
import { startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { image, pushBlob, pushImage, putManifest, type Image } from './registry-images.ts';

let registry: RegistryFixture;
let one: Image;
let two: Image;

beforeAll(async () => {
  registry = await startRegistries();
  [one, two] = await Promise.all([image('one'), image('two')]);
});
afterAll(() => registry.close());

/** A repository where both images are and `stable` is the first. */
async function repositoryWithBoth(repository: string) {
  await pushImage(registry, 'base', { repository, image: two });
  await pushImage(registry, 'base', { repository, reference: 'stable', image: one });
  return registry.acr('base').getArtifact(repository, 'stable');
}

const moveStable = (repository: string, to: Image) =>
  putManifest(registry, 'base', { repository, reference: 'stable', manifest: to.manifest });

const stableOf = async (repository: string) =>
  (await registry.call('base', `/v2/${repository}/manifests/stable`)).headers.get('docker-content-digest');

const remove = (repository: string, digest: string) =>
  registry
    .acr('base')
    .getArtifact(repository, digest)
    .delete()
    .catch((error: unknown) => error);

const disallowed = { statusCode: 405 };

test('a write-locked tag can be neither moved nor deleted, until it is unlocked', async () => {
  const artifact = await repositoryWithBoth('tag-lock');
  await artifact.updateTagProperties('stable', { canWrite: false });

  const moved = await moveStable('tag-lock', two);
  const deleted = await artifact.deleteTag('stable').catch((error: unknown) => error);
  const during = await stableOf('tag-lock');
  await artifact.updateTagProperties('stable', { canWrite: true });
  const again = await moveStable('tag-lock', two);

  expect(moved.status).toBe(405);
  expect(await moved.json()).toMatchObject({ errors: [{ code: 'REGISTRY_DISALLOWED_OPERATION', detail: {} }] });
  expect(deleted).toMatchObject(disallowed);
  expect(during).toBe(one.manifest.digest);
  expect(again.status).toBe(201);
  expect(await stableOf('tag-lock')).toBe(two.manifest.digest);
});

test('a delete-locked tag can still be moved', async () => {
  const artifact = await repositoryWithBoth('tag-delete-lock');
  await artifact.updateTagProperties('stable', { canDelete: false });

  const deleted = await artifact.deleteTag('stable').catch((error: unknown) => error);
  const moved = await moveStable('tag-delete-lock', two);

  expect(deleted).toMatchObject(disallowed);
  expect(moved.status).toBe(201);
});

test('a locked tag does not protect its manifest', async () => {
  const artifact = await repositoryWithBoth('tag-lock-only');
  await artifact.updateTagProperties('stable', { canWrite: false, canDelete: false });

  const removed = await remove('tag-lock-only', one.manifest.digest);

  expect(removed).toBeUndefined();
  expect(await stableOf('tag-lock-only')).toBeNull();
});

test('a delete-locked manifest stays, takes tags and takes referrers', async () => {
  const artifact = await repositoryWithBoth('manifest-lock');
  const signature = await image('signature', { subject: one.manifest, artifactType: 'application/vnd.example.sig' });
  await artifact.updateManifestProperties({ canDelete: false });

  const removed = await remove('manifest-lock', one.manifest.digest);
  const tagged = await putManifest(registry, 'base', {
    repository: 'manifest-lock',
    reference: 'also',
    manifest: one.manifest,
  });
  for (const blob of signature.blobs) await pushBlob(registry, 'base', 'manifest-lock', blob);
  const referrer = await putManifest(registry, 'base', {
    repository: 'manifest-lock',
    reference: signature.manifest.digest,
    manifest: signature.manifest,
  });

  expect(removed).toMatchObject(disallowed);
  expect([tagged.status, referrer.status]).toEqual([201, 201]);
});

test('a write-locked manifest takes no referrers', async () => {
  const artifact = await repositoryWithBoth('manifest-write-lock');
  const signature = await image('late signature', { subject: one.manifest });
  for (const blob of signature.blobs) await pushBlob(registry, 'base', 'manifest-write-lock', blob);
  await artifact.updateManifestProperties({ canWrite: false });

  const referrer = await putManifest(registry, 'base', {
    repository: 'manifest-write-lock',
    reference: signature.manifest.digest,
    manifest: signature.manifest,
  });

  expect(referrer.status).toBe(405);
});

test('a read-locked manifest cannot be pulled, and an unlisted one is not listed', async () => {
  const artifact = await repositoryWithBoth('hidden');
  await artifact.updateManifestProperties({ canRead: false, canList: false });

  const pulled = await registry.call('base', '/v2/hidden/manifests/stable');
  const listed: string[] = [];
  for await (const manifest of registry.acr('base').getRepository('hidden').listManifestProperties())
    listed.push(manifest.digest);

  expect(pulled.status).toBe(405);
  expect(listed).toEqual([two.manifest.digest]);
});

test('a locked repository takes no push and no deletion, and what is locked in it keeps it', async () => {
  await repositoryWithBoth('repository-lock');
  const repository = registry.acr('base').getRepository('repository-lock');
  await repository.updateProperties({ canWrite: false });

  const pushed = await moveStable('repository-lock', two);
  const upload = await registry.call('base', '/v2/repository-lock/blobs/uploads/', { method: 'POST' });
  const deleted = await repository.delete().catch((error: unknown) => error);
  await repository.updateProperties({ canWrite: true });
  await registry
    .acr('base')
    .getArtifact('repository-lock', 'stable')
    .updateTagProperties('stable', { canDelete: false });
  const withLockedTag = await repository.delete().catch((error: unknown) => error);

  expect([pushed.status, upload.status]).toEqual([405, 405]);
  expect(deleted).toMatchObject(disallowed);
  expect(withLockedTag).toMatchObject(disallowed);
});

test('deleting a manifest takes its tags and its referrers along, and says so in events', async () => {
  await repositoryWithBoth('cascade');
  const signature = await image('signature of one', { subject: one.manifest });
  await pushImage(registry, 'base', { repository: 'cascade', image: signature });
  const from = registry.events.length;

  await registry.acr('base').getArtifact('cascade', one.manifest.digest).delete();

  const listed: string[] = [];
  for await (const manifest of registry.acr('base').getRepository('cascade').listManifestProperties())
    listed.push(manifest.digest);
  expect(listed).toEqual([two.manifest.digest]);
  expect(await stableOf('cascade')).toBeNull();
  expect(registry.events.slice(from)).toMatchObject(
    [one, signature].map(({ manifest }) => ({
      eventType: 'Microsoft.ContainerRegistry.ImageDeleted',
      subject: 'cascade',
      data: { action: 'delete', target: { digest: manifest.digest, repository: 'cascade' } },
    })),
  );
});

test('an untagged manifest stays', async () => {
  const artifact = await repositoryWithBoth('untag');

  await artifact.deleteTag('stable');

  const pulled = await registry.call('base', `/v2/untag/manifests/${one.manifest.digest}`);
  expect(await stableOf('untag')).toBeNull();
  expect(pulled.status).toBe(200);
});

test('refuses to delete a manifest by tag and names what does', async () => {
  await repositoryWithBoth('by-tag');

  const response = await registry.call('base', '/v2/by-tag/manifests/stable', {
    method: 'DELETE',
    headers: { authorization: `Bearer ${await fullToken('by-tag')}` },
  });

  expect(response.status).toBe(400);
  expect(await response.text()).toContain('DELETE /acr/v1/by-tag/_tags/stable');
});

/** The login of the cloud's own services may not delete, so this is the app's. */
async function fullToken(repository: string): Promise<string> {
  const service = registry.loginServer('base');
  const post = async (path: string, fields: Record<string, string>) => {
    const response = await registry.call('base', path, {
      as: 'nobody',
      method: 'POST',
      body: new URLSearchParams({ service, ...fields }),
    });
    return (await response.json()) as { refresh_token: string; access_token: string };
  };
  const [principal] = registry.world.config.principals;
  if (!principal) throw new Error('the fixture has no principal');
  const identityToken = registry.identity.issue(principal, 'https://containerregistry.azure.net');
  const { refresh_token: refreshToken } = await post('/oauth2/exchange', {
    grant_type: 'access_token',
    access_token: identityToken,
  });
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, scope: `repository:${repository}:*` };
  return (await post('/oauth2/token', fields)).access_token;
}
