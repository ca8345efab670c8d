/**
 * What lies behind a digest, as far as the checks that run in process look at it: an image, an index, or an OCI artifact of another kind.
 *
 * Shapes: OCI image specification 1.1, Docker manifest schema 2. Bytes come from a registry and are anybody's.
 */
import { z } from 'zod';
import { IMAGE_CONFIGURATIONS } from '../manifest.ts';
import { digest, type Digest } from '../reference.ts';
import { readStrictJson } from './strict-json.ts';

const word = z.string().max(256);
const bytes = z.number().int().nonnegative();
const descriptor = z.object({ mediaType: word.optional(), digest, size: bytes });

const imageManifest = z.object({
  artifactType: word.nullish(),
  config: descriptor,
  layers: z.array(descriptor.extend({ annotations: z.record(z.string(), z.string()).nullish() })),
  subject: z.object({ digest }).nullish(),
  annotations: z.record(z.string(), z.string()).nullish(),
});
const indexManifest = z.object({ manifests: z.array(z.object({ digest })) });
/** Readers that go by the media type take such a thing for an index, and others for an image (CVE-2021-41190). */
const bothKinds = z
  .object({ manifests: z.unknown() })
  .and(z.object({ layers: z.unknown() }).or(z.object({ config: z.unknown() })));

export interface Layer {
  mediaType: string;
  digest: Digest;
  /** As the manifest says. */
  bytes: number;
  annotations: Record<string, string>;
}

export interface Artifact {
  /** `image`: a container engine can run it. */
  kind: 'image' | 'artifact';
  /** Of what is no image what it calls itself, such as `application/vnd.cncf.helm.config.v1+json`. */
  type: string;
  configuration: Digest;
  layers: Layer[];
  annotations: Record<string, string>;
  /** What it is attached to. */
  subject?: Digest;
}

export type ReadArtifact = Artifact | { kind: 'index' } | { kind: 'garbled'; problem: string };

export function readArtifact(manifest: Uint8Array): ReadArtifact {
  const json = readStrictJson(manifest);
  if (json.kind === 'garbled') return json;
  if (bothKinds.safeParse(json.value).success)
    return { kind: 'garbled', problem: 'it is an index and an image at once' };
  if (indexManifest.safeParse(json.value).success) return { kind: 'index' };
  const read = imageManifest.safeParse(json.value);
  if (!read.success) {
    const where = read.error.issues[0]?.path.join('.') || 'its beginning';
    return { kind: 'garbled', problem: `it is no manifest of OCI 1.1 or Docker schema 2 (see ${where})` };
  }
  const { artifactType, config, layers, subject, annotations } = read.data;
  return {
    // A configuration without a type counts as that of an image, as it does at intake.
    kind: !config.mediaType || IMAGE_CONFIGURATIONS.includes(config.mediaType) ? 'image' : 'artifact',
    type: artifactType || config.mediaType || 'of no type',
    configuration: config.digest,
    layers: layers.map((layer) => ({
      mediaType: layer.mediaType ?? '',
      digest: layer.digest,
      bytes: layer.size,
      annotations: layer.annotations ?? {},
    })),
    annotations: annotations ?? {},
    ...(subject ? { subject: subject.digest } : {}),
  };
}
