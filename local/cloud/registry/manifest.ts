/**
 * Reads a manifest: which kind it is, and what it refers to.
 *
 * Nothing is ever written back from what is parsed here; the bytes are kept as they came, because the digest is theirs.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { digest as digestSchema, type Digest } from '../../../shared/domain/reference.ts';
import { MANIFEST_BYTES } from './limits.ts';
import { manifestInvalid, RegistryError } from './registry-error.ts';

const IMAGE_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
];
const INDEX_TYPES = [
  'application/vnd.oci.image.index.v1+json',
  'application/vnd.docker.distribution.manifest.list.v2+json',
];
export const MANIFEST_TYPES = [...IMAGE_TYPES, ...INDEX_TYPES];

const descriptor = z.looseObject({
  mediaType: z.string(),
  digest: digestSchema,
  size: z.int().nonnegative(),
  urls: z.array(z.string()).optional(),
  platform: z.looseObject({ architecture: z.string(), os: z.string() }).optional(),
});
export type Descriptor = z.infer<typeof descriptor>;

const common = {
  schemaVersion: z.literal(2),
  mediaType: z.string().optional(),
  artifactType: z.string().optional(),
  subject: descriptor.optional(),
  annotations: z.record(z.string(), z.string()).optional(),
};
const imageManifest = z.looseObject({ ...common, config: descriptor, layers: z.array(descriptor) });
const indexManifest = z.looseObject({ ...common, manifests: z.array(descriptor) });

export interface ParsedManifest {
  digest: Digest;
  mediaType: string;
  bytes: Uint8Array;
  config?: Descriptor;
  /** Configuration and layers that a registry has to hold. */
  blobs: Descriptor[];
  /** Manifests of an index. */
  children: Descriptor[];
  subject?: Digest;
  artifactType?: string;
  annotations?: Record<string, string>;
}

export const digestOf = (bytes: Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);

/** Throws `RegistryError` with `MANIFEST_INVALID`. */
export function parseManifest(bytes: Uint8Array, contentType: string | undefined): ParsedManifest {
  if (bytes.length > MANIFEST_BYTES) {
    throw new RegistryError({
      status: 413,
      code: 'MANIFEST_INVALID',
      message: `the manifest has ${bytes.length} bytes; the limit is ${MANIFEST_BYTES}`,
    });
  }
  const json = parseJson(bytes);
  const inside = z.looseObject({ mediaType: z.string().optional() }).safeParse(json).data?.mediaType;
  const mediaType = contentType?.split(';')[0]?.trim() || inside;
  if (inside !== undefined && inside !== mediaType) {
    throw manifestInvalid(`the manifest says mediaType ${inside}, the request says Content-Type ${mediaType}`);
  }
  if (mediaType !== undefined && INDEX_TYPES.includes(mediaType)) {
    const index = checked(indexManifest, json);
    return {
      ...shared(bytes, mediaType, index),
      artifactType: index.artifactType,
      blobs: [],
      children: index.manifests,
    };
  }
  if (mediaType !== undefined && IMAGE_TYPES.includes(mediaType)) {
    const image = checked(imageManifest, json);
    return {
      ...shared(bytes, mediaType, image),
      // The type of an artifact without `artifactType` is that of its configuration (OCI distribution 1.1, referrers).
      artifactType: image.artifactType ?? image.config.mediaType,
      config: image.config,
      blobs: [image.config, ...image.layers.filter((layer) => !isForeign(layer))],
      children: [],
    };
  }
  throw manifestInvalid(`manifests of type ${mediaType ?? '(none)'} are not accepted`, { accepted: MANIFEST_TYPES });
}

/** A layer that is fetched from elsewhere and never pushed. */
const isForeign = (layer: Descriptor): boolean =>
  (layer.urls ?? []).length > 0 && /\.(foreign|nondistributable)\./.test(layer.mediaType);

function shared(
  bytes: Uint8Array,
  mediaType: string,
  manifest: { subject?: Descriptor; annotations?: Record<string, string> },
) {
  return {
    digest: digestOf(bytes),
    mediaType,
    bytes,
    subject: manifest.subject?.digest,
    annotations: manifest.annotations,
  };
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch (error) {
    throw manifestInvalid('the manifest is not JSON', error instanceof Error ? error.message : undefined);
  }
}

function checked<S extends z.ZodType>(schema: S, json: unknown): z.output<S> {
  const result = schema.safeParse(json);
  if (result.success) return result.data;
  throw manifestInvalid('the manifest does not have the form its media type demands', z.prettifyError(result.error));
}
