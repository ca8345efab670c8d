/**
 * What of a candidate is checked and promoted: an image, the whole index, or why it is unusable.
 *
 * An upstream manifest is hostile input: what an index calls its parts is only a word of it.
 */
import {
  ALL_PLATFORMS,
  artifactTypeOf,
  ATTESTATION,
  imageIn,
  indexIn,
  platformOf,
  type PlatformImage,
} from './manifest.ts';
import type { Digest } from './reference.ts';

/** Azure imports no image of more manifests than that (Azure Container Registry, import documentation). */
export const MOST_MANIFESTS = 50;

const NO_PLATFORM = 'an image without a platform';
/** Layer of an attestation: https://docs.docker.com/build/metadata/attestations/attestation-storage/ */
const IN_TOTO = 'application/vnd.in-toto+json';

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
  const whole = indexIn(bytes);
  if (!whole) {
    const single = imageIn(bytes);
    if (!single)
      return unusable(
        'its manifest is neither an image nor an index (OCI 1.1 or Docker schema 2); such an image cannot be gated',
      );
    const artifact = artifactTypeOf(single);
    if (artifact !== undefined)
      return { kind: 'subject', digest: own, images: [{ platform: ALL_PLATFORMS, digest: own }], artifact };
    if (only === undefined || platforms.length > 1)
      return unusable(
        `it is one image and no index, and the gate wants ${platforms.join(', ')}; name one platform in the gate`,
      );
    return { kind: 'subject', digest: own, images: [{ platform: only, digest: own }] };
  }
  const { manifests } = whole;
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
  const chosen = wholeIndex(own, { offered, images, unchecked });
  return chosen.kind === 'subject' && aside.length > 0 ? { ...chosen, aside } : chosen;
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
  const parsed = imageIn(bytes);
  if (!parsed) return false;
  if (artifactTypeOf(parsed) !== undefined) return true;
  const { layers } = parsed;
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
