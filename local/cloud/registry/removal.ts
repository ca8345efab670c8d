/**
 * Deletes tags, manifests and repositories, as far as no lock forbids it.
 *
 * Deleting a manifest takes its tags along (a lock on a tag does not prevent that) and everything that refers to it as its subject. The bytes
 * stay until the next start: see `sweep.ts`.
 */
import type { Digest } from '../../../shared/domain/reference.ts';
import { publishDeleted } from './events.ts';
import type { ManifestDocument } from './images.ts';
import { refuseLocked } from './locks.ts';
import type { Registry } from './registry.ts';
import { manifestUnknown, RegistryError, repositoryUnknown } from './registry-error.ts';

export function deleteTag({ images, world }: Registry, repository: string, tag: string): void {
  world.store.transaction(() => {
    const document = images.tag(repository, tag);
    if (!document) {
      const detail = { name: repository, tag };
      throw new RegistryError({
        status: 404,
        code: 'TAG_UNKNOWN',
        message: `the specified tag does not exist`,
        detail,
      });
    }
    refuseLocked('delete', images.repository(repository), document);
    images.deleteTag(repository, tag);
  });
}

export function deleteManifest(
  registry: Registry,
  options: { repository: string; digest: Digest; userAgent?: string },
): void {
  const { images, world } = registry;
  const { repository, digest, userAgent } = options;
  const deleted = world.store.transaction(() => {
    const manifest = images.manifest(repository, digest);
    if (!manifest) throw manifestUnknown(repository, digest);
    const all = withReferrers(manifest, images.manifests(repository));
    refuseLocked('delete', images.repository(repository), ...all);
    for (const each of all) images.deleteManifest(repository, each.digest);
    const digests = new Set(all.map((each) => each.digest));
    for (const { tag, digest } of images.tags(repository)) if (digests.has(digest)) images.deleteTag(repository, tag);
    return all;
  });
  for (const manifest of deleted) publishDeleted(registry, { repository, manifest, userAgent });
}

export function deleteRepository(
  registry: Registry,
  options: { repository: string; userAgent?: string },
): { manifestsDeleted: string[]; tagsDeleted: string[] } {
  const { images, world } = registry;
  const { repository, userAgent } = options;
  const { manifests, tags } = world.store.transaction(() => {
    const document = images.repository(repository);
    if (!document) throw repositoryUnknown(repository);
    const manifests = images.manifests(repository);
    const tags = images.tags(repository);
    refuseLocked('delete', document, ...manifests, ...tags);
    images.deleteRepository(repository);
    return { manifests, tags };
  });
  for (const manifest of manifests) publishDeleted(registry, { repository, manifest, userAgent });
  return { manifestsDeleted: manifests.map(({ digest }) => digest), tagsDeleted: tags.map(({ tag }) => tag) };
}

function withReferrers(manifest: ManifestDocument, all: ManifestDocument[]): ManifestDocument[] {
  const found = new Map([[manifest.digest, manifest]]);
  for (const each of found.values()) {
    for (const referrer of all) if (referrer.subject === each.digest) found.set(referrer.digest, referrer);
  }
  return [...found.values()];
}
