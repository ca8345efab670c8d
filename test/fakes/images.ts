/** Small real images for tests: manifests whose digest is the hash of their bytes. */
import { createHash } from 'node:crypto';
import { digest as digestSchema, type Digest } from '../../shared/domain/reference.ts';
import type { Manifest, Referrer } from '../../shared/ports/images.ts';

export const INDEX = 'application/vnd.oci.image.index.v1+json';
export const MANIFEST = 'application/vnd.oci.image.manifest.v1+json';
const CONFIG = 'application/vnd.oci.image.config.v1+json';
const LAYER = 'application/vnd.oci.image.layer.v1.tar+gzip';

export const digestOf = (content: string | Uint8Array): Digest =>
  digestSchema.parse(`sha256:${createHash('sha256').update(content).digest('hex')}`);

export const manifestOf = (mediaType: string, content: object): Manifest => {
  const bytes = new TextEncoder().encode(JSON.stringify(content));
  return { digest: digestOf(bytes), mediaType, bytes };
};

export interface Image {
  manifest: Manifest;
  /** The configuration blob: give it to `registries.putJson`. */
  config: { os: string; architecture: string; rootfs: { type: 'layers'; diff_ids: Digest[] } };
}

/** One image. Two calls with the same `layers` and platform are the same image; on top of a base: `[...baseLayers, 'mine']`. */
export function image(layers: string[], platform = 'linux/amd64'): Image {
  const [os = '', architecture = ''] = platform.split('/');
  const config: Image['config'] = { os, architecture, rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } };
  const configBytes = JSON.stringify(config);
  const manifest = manifestOf(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: CONFIG, digest: digestOf(configBytes), size: configBytes.length },
    layers: layers.map((layer) => ({ mediaType: LAYER, digest: digestOf(`gzip ${layer}`), size: layer.length })),
  });
  return { manifest, config };
}

/** An index of these images, each with the platform of its configuration. */
export const imageIndex = (images: Image[]): Manifest =>
  manifestOf(INDEX, {
    schemaVersion: 2,
    mediaType: INDEX,
    manifests: images.map(({ manifest, config }) => ({
      mediaType: manifest.mediaType,
      digest: manifest.digest,
      size: manifest.bytes.length,
      platform: { os: config.os, architecture: config.architecture },
    })),
  });

/** The digests that an index names; none for a single image. */
export function childrenOf(manifest: Manifest): Digest[] {
  const parsed: unknown = JSON.parse(new TextDecoder().decode(manifest.bytes));
  if (typeof parsed !== 'object' || parsed === null || !('manifests' in parsed)) return [];
  return (parsed.manifests as { digest: string }[]).map((child) => digestSchema.parse(child.digest));
}

/** Something attached to an image, as a signer would: told apart by its `type`. */
export const attachment = (subject: Manifest, type: string, note = ''): Manifest =>
  manifestOf(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: type,
    config: { mediaType: 'application/vnd.oci.empty.v1+json', digest: digestOf('{}'), size: 2 },
    layers: [{ mediaType: type, digest: digestOf(`${type} ${note}`), size: 100 }],
    subject: { mediaType: subject.mediaType, digest: subject.digest, size: subject.bytes.length },
  });

/** As a list of referrers has it: one entry when the manifest is attached to `subject`, none otherwise. */
export function referrerOf(manifest: Manifest, subject: Digest): Referrer[] {
  const { digest } = manifest;
  const said = known.get(manifest) ?? attachedTo(manifest.bytes);
  known.set(manifest, said);
  if (said.subject?.digest !== subject) return [];
  return [{ digest, ...(said.artifactType === undefined ? {} : { artifactType: said.artifactType }) }];
}

interface Said {
  subject?: { digest: string };
  artifactType?: string;
}
/** Lists are asked for often, and each asks every manifest. */
const known = new WeakMap<Manifest, Said>();

function attachedTo(bytes: Uint8Array): Said {
  try {
    return JSON.parse(new TextDecoder().decode(bytes)) as Said;
  } catch {
    return {}; // Tests put manifests there that are no JSON.
  }
}
