/** A registry of this cloud as a source: read directly, and blobs are taken over without copying their bytes. */
import { digest as digestSchema } from '../../../../shared/domain/reference.ts';
import type { Registry } from '../registry.ts';
import { accessDenied, ImportFailed, type ImportSource } from './source.ts';

export function cloudSource({ images, blobs, loginServer }: Registry): ImportSource {
  return {
    async manifest(repository, reference) {
      const digest = digestSchema.safeParse(reference);
      const tag = digest.success ? undefined : images.tag(repository, reference);
      const wanted = digest.data ?? tag?.digest;
      const manifest = wanted && images.manifest(repository, wanted);
      if (!manifest) return undefined;
      const locks = [images.repository(repository), manifest, tag];
      if (locks.some((thing) => thing?.attributes.readEnabled === false)) throw accessDenied(loginServer);
      return { bytes: await blobs.bytes(manifest.digest), mediaType: manifest.mediaType };
    },
    async blob(repository, digest) {
      if (!images.hasBlob(repository, digest) || (await blobs.size(digest)) === undefined) {
        throw new ImportFailed({
          code: 'InvalidParameters',
          message: `Error copying blobs: ${digest} is not in ${loginServer}/${repository}.`,
        });
      }
      return { file: blobs.path(digest) };
    },
  };
}
