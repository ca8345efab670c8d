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

export type Subject =
  /**
   * `digest` is promoted, and every one of `images` is checked: the one itself, or all that matter of an index. `artifact`: the type of what is no
   * image, such as a Helm chart, and then it is its one part, of no platform. `aside`: what goes along in the index as attestations, and nobody
   * checks: each has to be one, see `hidden`.
   */
  | { kind: 'subject'; digest: Digest; images: PlatformImage[]; artifact?: string; aside?: Digest[] }
  | { kind: 'unusable'; message: string };

/**
 * What of this manifest, whose own digest is `own`, is checked and promoted.
 *
 * One platform wanted (such as `linux/amd64`): its manifest, or the image if there is no index. Several: the index as it is, and then nothing may
 * be in it that is neither wanted nor named as unchecked. Attestations (`unknown/unknown`) are no platforms. That a part is called so is only a
 * word of the index: whoever has the parts has to look into them (`hidden`).
 */
export function chooseSubject(
  bytes: Uint8Array,
  own: Digest,
  { platforms, unchecked }: { platforms: string[]; unchecked: string[] },
): Subject {
  const [only] = platforms;
  const json = parseJson(bytes);
  const parsedIndex = index.safeParse(json);
  if (!parsedIndex.success) {
    const single = image.safeParse(json);
    if (!single.success)
      return unusable(
        'its manifest is neither an image nor an index (OCI 1.1 or Docker schema 2); such an image cannot be gated',
      );
    const artifact = artifactTypeOf(single.data);
    if (artifact !== undefined)
      return { kind: 'subject', digest: own, images: [{ platform: ALL_PLATFORMS, digest: own }], artifact };
    if (only === undefined || platforms.length > 1)
      return unusable(
        `it is one image and no index, and the gate wants ${platforms.join(', ')}; name one platform in the gate`,
      );
    return { kind: 'subject', digest: own, images: [{ platform: only, digest: own }] };
  }
  const { manifests } = parsedIndex.data;
  if (manifests.length > MOST_MANIFESTS)
    return unusable(
      `its index has ${manifests.length} manifests and Azure imports ${MOST_MANIFESTS} at most; follow a tag of a single platform instead`,
    );
  const parts = manifests.map((child) => ({
    platform: child.platform ? platformOf(child.platform) : NO_PLATFORM,
    digest: child.digest,
  }));
  const offered = parts.filter(({ platform }) => platform !== ATTESTATION);
  const found = platforms.map((platform) => offered.find((child) => child.platform === platform));
  const missing = platforms.filter((_, at) => !found[at]);
  if (missing.length > 0)
    return unusable(
      `it has no ${missing.join(' and no ')}; it offers ${offered.map(({ platform }) => platform).join(', ') || 'no platform at all'}`,
    );
  const images = found.filter((child) => child !== undefined);
  if (platforms.length === 1 && images[0]) return { kind: 'subject', digest: images[0].digest, images };
  const aside = parts.filter(({ platform }) => platform === ATTESTATION).map(({ digest: of }) => of);
  const whole = wholeIndex(own, { offered, images, unchecked });
  return whole.kind === 'subject' && aside.length > 0 ? { ...whole, aside } : whole;
}

/** An index that names an image as an attestation would have it promoted unchecked. `parts`: the manifests of what is to go along aside. */
export function hidden(
  parts: { digest: Digest; bytes: Uint8Array }[],
): Extract<Subject, { kind: 'unusable' }> | undefined {
  const found = parts.find(({ bytes }) => !isAttestation(bytes));
  return (
    found &&
    unusable(
      `it also has ${found.digest}, whose platform is said to be ${ATTESTATION} as of an attestation, and which is none: it may run, and nobody checks it; name one platform in the gate`,
    )
  );
}

/** What no container engine runs: an artifact, or statements where the layers of an image would be, as BuildKit attaches them. */
function isAttestation(bytes: Uint8Array): boolean {
  const parsed = image.safeParse(parseJson(bytes));
  if (!parsed.success) return false;
  if (artifactTypeOf(parsed.data) !== undefined) return true;
  const { layers } = parsed.data;
  return layers.length > 0 && layers.every(({ mediaType }) => mediaType === IN_TOTO);
}

function wholeIndex(
  own: Digest,
  { offered, images, unchecked }: { offered: PlatformImage[]; images: PlatformImage[]; unchecked: string[] },
): Subject {
  const surprising = offered.filter(
    (child) => !images.includes(child) && !(unchecked.includes(child.platform) && child.platform !== NO_PLATFORM),
  );
  const names = [...new Set(surprising.map(({ platform }) => platform))];
  if (names.length === 0) return { kind: 'subject', digest: own, images };
  const twice = names.filter((name) => images.some(({ platform }) => platform === name));
  return unusable(
    twice.length > 0
      ? `it has several images for ${twice.join(', ')}, and which of them runs is for the machine to say; name one platform in the gate`
      : `it also has ${names.join(', ')}, which nobody checks; add what you run to "platforms" of the gate, and the rest to "unchecked"`,
  );
}

const unusable = (message: string): Extract<Subject, { kind: 'unusable' }> => ({ kind: 'unusable', message });

const ATTESTATION = 'unknown/unknown';
/** Layer of an attestation: https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
const IN_TOTO = 'application/vnd.in-toto+json';
const NO_PLATFORM = 'an image without a platform';

/** `platform` of a question about the whole subject, and of what has no platforms. */
export const ALL_PLATFORMS = 'all';

/** What a container engine takes for an image; a configuration without a type counts as one of them. */
export const IMAGE_CONFIGURATIONS = [
  'application/vnd.oci.image.config.v1+json',
  'application/vnd.docker.container.image.v1+json',
];

/** `undefined` for an image. */
const artifactTypeOf = ({ artifactType, config }: z.infer<typeof image>): string | undefined =>
  !config.mediaType || IMAGE_CONFIGURATIONS.includes(config.mediaType) ? undefined : artifactType || config.mediaType;

/** What an artifact says that it is, such as a referrer; whoever wrote it chose the words. */
export function artifactTypeIn(bytes: Uint8Array): string | undefined {
  const parsed = image.safeParse(parseJson(bytes));
  return (parsed.data?.artifactType || parsed.data?.config.mediaType)?.slice(0, LONGEST_TYPE);
}

/** Of a media type: RFC 6838 has 127 characters for each half. */
const LONGEST_TYPE = 255;

/** What an index offers, attestations left out; nothing for an image. */
export function platformsOf(bytes: Uint8Array): string[] {
  const parsed = index.safeParse(parseJson(bytes));
  const platforms = parsed.data?.manifests.flatMap(({ platform }) => (platform ? [platformOf(platform)] : [])) ?? [];
  return platforms.filter((platform) => platform !== ATTESTATION);
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

/** Digest of the configuration blob of an image manifest; `undefined` for an index and for what is no image. */
export function configurationOf(bytes: Uint8Array): Digest | undefined {
  const parsed = image.safeParse(parseJson(bytes));
  return parsed.success && artifactTypeOf(parsed.data) === undefined ? parsed.data.config.digest : undefined;
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
