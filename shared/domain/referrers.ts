/**
 * What is attached to a manifest: signatures, SBOMs, attestations. Found in the list of referrers of OCI distribution 1.1, or by cosign's tags.
 *
 * Such a list is hostile input like a manifest: parsed, bounded, never trusted. Only a referrer's own manifest says what it is attached to.
 */
import { z } from 'zod';
import { digest, tag, type Digest, type Tag } from './reference.ts';

/** As a list has it: both are claims of that list. */
export interface Listed {
  digest: Digest;
  artifactType?: string;
}

/** Of one manifest. Popular images have a few; one that is scanned and attested every day for years has thousands. */
export const MOST_LISTED = 200;

const descriptor = z.object({ digest, artifactType: z.string().max(255).optional() });
const list = z.object({ mediaType: z.string().optional(), manifests: z.array(z.unknown()) });

/** `undefined` when it is no list of referrers. What is no descriptor in it is left out. */
export function parseReferrers(json: unknown): Listed[] | undefined {
  const parsed = list.safeParse(json);
  if (!parsed.success) return undefined;
  return parsed.data.manifests.flatMap((one) => {
    const { data } = descriptor.safeParse(one);
    if (!data) return [];
    const { artifactType } = data;
    return [{ digest: data.digest, ...(artifactType === undefined ? {} : { artifactType }) }];
  });
}

/** The tag that stands for the list where a registry has no such API. */
export const fallbackTag = (of: Digest): Tag => tag.parse(of.replace(':', '-'));

/** What cosign calls a signature, an attestation and an SBOM that it keeps under a tag of their own. */
const COSIGN = ['sig', 'att', 'sbom'];

export const cosignTags = (of: Digest): Tag[] => COSIGN.map((kind) => tag.parse(`${of.replace(':', '-')}.${kind}`));

const artifact = z.object({
  config: z.object({ size: z.number().nonnegative() }),
  layers: z.array(z.object({ size: z.number().nonnegative() })),
});

/** All that its manifest names, in bytes; `undefined` for what is no image manifest, such as an index. */
export function sizeOfArtifact(manifestBytes: Uint8Array): number | undefined {
  const parsed = artifact.safeParse(parseJson(manifestBytes));
  if (!parsed.success) return undefined;
  return parsed.data.layers.reduce((sum, { size }) => sum + size, parsed.data.config.size);
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // One of the ways to be no manifest, which the schema says.
  }
}
