/**
 * Gives back the disk space of what was deleted, as Azure does in its own time; here at the start, when nobody pushes.
 *
 * A blob that no manifest refers to stays for a day, and so does an upload: the push they belong to may go on.
 */
import type { Digest } from '../../../shared/domain/reference.ts';
import { UNUSED_KEPT_MS } from './limits.ts';
import type { Registry } from './registry.ts';

export function sweep({ images, blobs, world }: Registry): void {
  const before = world.clock.now() - UNUSED_KEPT_MS;
  const digests = new Set<Digest>();
  const used = new Set<string>();
  for (const { name } of images.repositories()) {
    for (const manifest of images.manifests(name)) {
      digests.add(manifest.digest);
      for (const digest of manifest.blobs) used.add(`${name}@${digest}`);
    }
  }
  world.store.transaction(() => {
    for (const { repository, digest, linkedAt } of images.blobLinks()) {
      if (used.has(`${repository}@${digest}`) || linkedAt >= before) digests.add(digest);
      else images.unlinkBlob(repository, digest);
    }
    for (const { id, startedAt } of images.uploads()) if (startedAt < before) images.deleteUpload(id);
  });
  blobs.keepOnly({ digests, uploads: new Set(images.uploads().map(({ id }) => id)) });
}
