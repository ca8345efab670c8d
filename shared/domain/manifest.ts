/**
 * What an image manifest or index says: its parts and their platforms, its type, and the layers it stands on.
 *
 * Shapes: OCI image specification 1.1 and Docker manifest schema 2. An upstream manifest is hostile input: parsed, bounded, never trusted.
 */
import { z } from 'zod';
import { digest, type Digest } from './reference.ts';

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
const image = z.object({
  artifactType: z.string().nullish(),
  config: z.object({ mediaType: z.string().nullish(), digest }),
  layers: z.array(z.object({ digest, mediaType: z.string().nullish() })),
});
const referrer = z.object({ subject: z.object({ digest }) });
const configuration = z.object({ rootfs: z.object({ diff_ids: z.array(z.string()) }) });

/** One image of a candidate: what is asked about on one platform. */
export const platformImage = z.object({ platform: z.string(), digest });
export type PlatformImage = z.infer<typeof platformImage>;

type Image = z.infer<typeof image>;

/** `undefined` for what is no index. */
export const indexIn = (bytes: Uint8Array): z.infer<typeof index> | undefined => index.safeParse(parseJson(bytes)).data;

/** `undefined` for what has no layers, such as an index. */
export const imageIn = (bytes: Uint8Array): Image | undefined => image.safeParse(parseJson(bytes)).data;

/** How an index names the platform of what is attached to its images. */
export const ATTESTATION = 'unknown/unknown';

/** `platform` of a question about the whole subject, and of what has no platforms. */
export const ALL_PLATFORMS = 'all';

/** What a container engine takes for an image; a configuration without a type counts as one of them. */
export const IMAGE_CONFIGURATIONS = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** `undefined` for an image. */
export const artifactTypeOf = ({ artifactType, config }: Image): string | undefined =>
  !config.mediaType || IMAGE_CONFIGURATIONS.includes(config.mediaType) ? undefined : artifactType || config.mediaType;

/** What an artifact says that it is, such as a referrer; whoever wrote it chose the words. */
export function artifactTypeIn(bytes: Uint8Array): string | undefined {
  const parsed = imageIn(bytes);
  return (parsed?.artifactType || parsed?.config.mediaType)?.slice(0, LONGEST_TYPE);
}

/** Of a media type: RFC 6838 has 127 characters for each half. */
const LONGEST_TYPE = 255;

/** What an index offers, attestations left out; nothing for an image. */
export function platformsOf(bytes: Uint8Array): string[] {
  const platforms = indexIn(bytes)?.manifests.flatMap(({ platform }) => (platform ? [platformOf(platform)] : [])) ?? [];
  return platforms.filter((platform) => platform !== ATTESTATION);
}

/** Every child digest of an index; none for an image. */
export function childrenOf(bytes: Uint8Array): Digest[] {
  return indexIn(bytes)?.manifests.map((child) => child.digest) ?? [];
}

/** What a referrer, such as a signature, is attached to. */
export function subjectOf(bytes: Uint8Array): Digest | undefined {
  const parsed = referrer.safeParse(parseJson(bytes));
  return parsed.success ? parsed.data.subject.digest : undefined;
}

/** Digest of the configuration blob of an image manifest; `undefined` for an index and for what is no image. */
export function configurationOf(bytes: Uint8Array): Digest | undefined {
  const parsed = imageIn(bytes);
  return parsed && artifactTypeOf(parsed) === undefined ? parsed.config.digest : undefined;
}

/** The uncompressed layers of an image, lowest first, from its configuration blob. */
export function layersOf(configurationJson: unknown): string[] {
  const parsed = configuration.safeParse(configurationJson);
  return parsed.success ? parsed.data.rootfs.diff_ids : [];
}

/** An image stands on a base when its layers begin with all of the base's. A base without layers proves nothing. */
export const standsOn = (layers: string[], base: string[]): boolean =>
  base.length > 0 && base.length <= layers.length && base.every((layer, at) => layers[at] === layer);

export const platformOf = ({
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
