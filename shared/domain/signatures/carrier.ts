/**
 * Where signatures of an image are kept in a registry: the tag `sha256-<hex>.sig` of cosign 1 and 2, and referrers, by the API or by the
 * fallback tag `sha256-<hex>` (OCI distribution specification 1.1). Any of them may hold anything: only `subject` binds a referrer.
 *
 * Shapes: cosign SIGNATURE_SPEC and BUNDLE_SPEC, Notary Project signature specification.
 */
import { z } from 'zod';
import { readArtifact, type Layer } from '../checks/artifact.ts';
import { readStrictJson } from '../checks/strict-json.ts';
import { digest, tag, type Digest, type Tag } from '../reference.ts';

export const signatureTag = (of: Digest): Tag => tag.parse(`${of.replace(':', '-')}.sig`);
export const referrersTag = (of: Digest): Tag => tag.parse(of.replace(':', '-'));

export type Carrier =
  /** One signature in each layer: its blob is what was signed, and its annotations hold the signature. */
  | { kind: 'simple-signing'; layers: Layer[]; subject?: Digest }
  | { kind: 'bundle'; layer: Layer; subject?: Digest }
  /** A Notary Project signature: the seam. It is known, and not verified yet. */
  | { kind: 'notation'; subject?: Digest }
  /** An SBOM, a scan, anything that is no signature. */
  | { kind: 'other'; type: string }
  | { kind: 'garbled'; problem: string };

const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
const BUNDLE = /^application\/vnd\.dev\.sigstore\.bundle[.+]/;
const NOTATION = 'application/vnd.cncf.notary.signature';

export function readCarrier(manifest: Uint8Array): Carrier {
  const artifact = readArtifact(manifest);
  if (artifact.kind === 'garbled') return artifact;
  if (artifact.kind === 'index') return { kind: 'other', type: 'an index' };
  const { type, layers } = artifact;
  const subject = artifact.subject ? { subject: artifact.subject } : {};
  if (type === NOTATION) return { kind: 'notation', ...subject };
  const [layer, ...more] = layers;
  // What a referrer calls itself differs between versions of cosign; its layers do not.
  if (layer && BUNDLE.test(layer.mediaType)) {
    if (more.length > 0) return { kind: 'garbled', problem: 'it has several layers where one bundle was expected' };
    return { kind: 'bundle', layer, ...subject };
  }
  const signatures = layers.filter(({ mediaType }) => mediaType === SIMPLE_SIGNING);
  if (signatures.length > 0) return { kind: 'simple-signing', layers: signatures, ...subject };
  return { kind: 'other', type };
}

const index = z.object({ manifests: z.array(z.object({ digest })) });

/** What an index under the fallback tag lists; `undefined` when it is none. */
export function readFallbackIndex(manifest: Uint8Array): Digest[] | undefined {
  const json = readStrictJson(manifest);
  const read = json.kind === 'json' ? index.safeParse(json.value) : undefined;
  return read?.data?.manifests.map((one) => one.digest);
}
