/**
 * What an image manifest or index says: which digest is checked and promoted, and which layers it stands on.
 *
 * Shapes: OCI image specification 1.1 and Docker manifest schema 2. An upstream manifest is hostile input: parsed, bounded, never trusted.
 */
import { z } from 'zod';
import { digest, type Digest } from './reference.ts';

/** Azure imports no image of more manifests than that (Azure Container Registry, import documentation). */
export const MOST_MANIFESTS = 50;

/** A platform's words are said to people and kept in the ledger; what is no such word is nobody's platform. */
const word = z
  .string()
  .regex(/^[A-Za-z0-9._-]{0,32}$/)
  .catch('unknown');

const descriptor = z.object({
  mediaType: z.string().optional(),
  digest,
  platform: z.object({ os: word, architecture: word, variant: word.optional() }).optional(),
});

const index = z.object({ manifests: z.array(descriptor) });
const image = z.object({ config: z.object({ digest }), layers: z.array(z.object({ digest })) });
const referrer = z.object({ subject: z.object({ digest }) });
const configuration = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

export type Subject = { kind: 'subject'; digest: Digest } | { kind: 'unusable'; message: string };

/** The digest to check and promote when `platform` (such as `linux/amd64`) is wanted of this manifest, whose own digest is `own`. */
export function chooseSubject(bytes: Uint8Array, own: Digest, platform: string): Subject {
  const json = parseJson(bytes);
  const parsedIndex = index.safeParse(json);
  if (!parsedIndex.success) {
    if (image.safeParse(json).success) return { kind: 'subject', digest: own };
    return {
      kind: 'unusable',
      message:
        'its manifest is neither an image nor an index (OCI 1.1 or Docker schema 2); such an image cannot be gated',
    };
  }
  const { manifests } = parsedIndex.data;
  if (manifests.length > MOST_MANIFESTS) {
    return {
      kind: 'unusable',
      message: `its index has ${manifests.length} manifests and Azure imports ${MOST_MANIFESTS} at most; follow a tag of a single platform instead`,
    };
  }
  const found = manifests.find((child) => child.platform && platformOf(child.platform) === platform);
  if (found) return { kind: 'subject', digest: found.digest };
  const offered = manifests
    .flatMap((child) => (child.platform ? [platformOf(child.platform)] : []))
    .filter((name) => name !== 'unknown/unknown');
  return {
    kind: 'unusable',
    message: `it has no ${platform}; it offers ${offered.join(', ') || 'no platform at all'}`,
  };
}

/** Every child digest of an index; none for an image. */
export function childrenOf(bytes: Uint8Array): Digest[] {
  const parsed = index.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data.manifests.map((child) => child.digest) : [];
}

/** What a referrer, such as a signature, is attached to. */
export function subjectOf(bytes: Uint8Array): Digest | undefined {
  const parsed = referrer.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data.subject.digest : undefined;
}

/** Digest of the configuration blob of an image manifest; `undefined` for an index. */
export function configurationOf(bytes: Uint8Array): Digest | undefined {
  const parsed = image.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data.config.digest : undefined;
}

/** The uncompressed layers of an image, lowest first, from its configuration blob. */
export function layersOf(configurationJson: unknown): string[] {
  const parsed = configuration.safeParse(configurationJson);
  return parsed.success ? parsed.data.rootfs.diff_ids : [];
}

/** An image stands on a base when its layers begin with all of the base's. A base without layers proves nothing. */
export const standsOn = (layers: string[], base: string[]): boolean =>
  base.length > 0 && base.length <= layers.length && base.every((layer, at) => layers[at] === layer);

const platformOf = ({
  os,
  architecture,
  variant,
}: {
  os: string;
  architecture: string;
  variant?: string | undefined;
}) => [os, architecture, variant].filter(Boolean).join('/');

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // Not JSON is one of the ways not to be a manifest; every caller says so in its own answer.
  }
}
