/**
 * Puts a manifest into a repository. A push respects locks and checks that what the manifest refers to is there; `record` does neither and
 * is what both a push and an import end in.
 */
import { Readable } from 'node:stream';
import { z } from 'zod';
import type { Digest } from '../../../shared/domain/reference.ts';
import { publishPushed } from './events.ts';
import type { ManifestDocument } from './images.ts';
import { refuseLocked, UNLOCKED } from './locks.ts';
import type { Descriptor, ParsedManifest } from './manifest.ts';
import { MANIFEST_BYTES } from './limits.ts';
import type { Registry } from './registry.ts';
import { RegistryError } from './registry-error.ts';

export async function pushManifest(
  registry: Registry,
  push: { repository: string; manifest: ParsedManifest; tag?: string; userAgent?: string },
): Promise<void> {
  const { repository, manifest, tag, userAgent } = push;
  refuseWriteLocked(registry, push);
  refuseMissing(registry, repository, manifest);
  const platform = await readPlatform(registry, manifest.config);
  await storeManifest(registry, manifest);
  registry.world.store.transaction(() => {
    // Looked at again: other requests ran while the bytes went to disk.
    refuseWriteLocked(registry, push);
    refuseMissing(registry, repository, manifest);
    record(registry, { repository, manifest, platform, tags: tag === undefined ? [] : [tag] });
  });
  publishPushed(registry, { repository, manifest, tag, userAgent });
}

export type Platform = Pick<ManifestDocument, 'architecture' | 'os'>;

/** Documents only: the bytes of the manifest, and all it refers to, are already stored. To be called in a transaction. */
export function record(
  registry: Registry,
  entry: { repository: string; manifest: ParsedManifest; platform: Platform; tags: string[] },
): void {
  const { images, world } = registry;
  const { repository, manifest, platform, tags } = entry;
  const now = world.clock.now();
  const fresh = { createdAt: now, attributes: UNLOCKED };
  images.putRepository(repository, { ...fresh, ...images.repository(repository), updatedAt: now });
  images.putManifest(repository, {
    ...fresh,
    ...images.manifest(repository, manifest.digest),
    updatedAt: now,
    digest: manifest.digest,
    mediaType: manifest.mediaType,
    sizeBytes: manifest.bytes.length,
    imageSizeBytes: manifest.blobs.reduce((sum, blob) => sum + blob.size, 0),
    configMediaType: manifest.config?.mediaType,
    ...platform,
    artifactType: manifest.artifactType,
    annotations: manifest.annotations,
    subject: manifest.subject,
    blobs: manifest.blobs.map(({ digest }) => digest),
    children: manifest.children.map((child) => ({
      digest: child.digest,
      architecture: child.platform?.architecture,
      os: child.platform?.os,
    })),
  });
  for (const tag of tags) {
    images.putTag(repository, {
      ...fresh,
      ...images.tag(repository, tag),
      tag,
      digest: manifest.digest,
      updatedAt: now,
    });
  }
}

export async function storeManifest({ blobs }: Registry, manifest: ParsedManifest): Promise<void> {
  if ((await blobs.size(manifest.digest)) !== undefined) return;
  await blobs.write(manifest.digest, Readable.from([manifest.bytes]));
}

/** From the configuration of an image; nothing for an index or another kind of artifact. */
export async function readPlatform({ blobs }: Registry, config: Descriptor | undefined): Promise<Platform> {
  const isImage =
    config && /^application\/vnd\.(oci\.image\.config|docker\.container\.image)\.v1\+json$/.test(config.mediaType);
  const sizeBytes = isImage ? await blobs.size(config.digest) : undefined;
  if (!isImage || sizeBytes === undefined || sizeBytes > MANIFEST_BYTES) return {};
  const schema = z.looseObject({ architecture: z.string().optional(), os: z.string().optional() });
  // Registries do not look into configurations, so one that is no JSON is no reason to refuse the image.
  const parsed = schema.safeParse(jsonOrUndefined(await blobs.bytes(config.digest)));
  return { architecture: parsed.data?.architecture, os: parsed.data?.os };
}

function refuseWriteLocked(
  { images }: Registry,
  push: { repository: string; manifest: ParsedManifest; tag?: string },
): void {
  const { repository, manifest, tag } = push;
  refuseLocked(
    'write',
    images.repository(repository),
    images.manifest(repository, manifest.digest),
    tag === undefined ? undefined : images.tag(repository, tag),
    // A write-locked manifest takes no new referrers.
    manifest.subject && images.manifest(repository, manifest.subject),
  );
}

function refuseMissing({ images }: Registry, repository: string, manifest: ParsedManifest): void {
  const missing: Digest[] = [
    ...manifest.blobs.filter((blob) => !images.hasBlob(repository, blob.digest)),
    ...manifest.children.filter((child) => !images.manifest(repository, child.digest)),
  ].map((descriptor) => descriptor.digest);
  if (missing.length === 0) return;
  throw new RegistryError({
    status: 400,
    code: 'MANIFEST_BLOB_UNKNOWN',
    message: `the manifest refers to what was not pushed to this repository: ${missing.join(', ')}`,
    detail: missing.map((digest) => ({ digest })),
  });
}

function jsonOrUndefined(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
