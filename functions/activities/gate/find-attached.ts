/**
 * Finds what is attached to manifests: their referrers, the referrers of those (a signed SBOM), and what cosign keeps under tags.
 *
 * Bounded, because whoever may write to the upstream decides how much there is. What is left out is said: a candidate does not wait for it.
 */
import { subjectOf } from '../../../shared/domain/manifest.ts';
import type { Digest, Tag } from '../../../shared/domain/reference.ts';
import { cosignTags, sizeOfArtifact } from '../../../shared/domain/referrers.ts';
import type { Manifest, Referrer } from '../../../shared/ports/images.ts';

export interface Attached {
  subject: Digest;
  manifest: Manifest;
  /** Of what is found by its tag alone. */
  tag?: Tag;
}

export interface FoundAttached {
  attached: Attached[];
  /** What was left out, each with its reason. */
  left: string[];
}

/** One repository. */
export interface AttachedAt {
  referrers(of: Digest): Promise<{ referrers: Referrer[]; more: boolean }>;
  manifest(digest: Digest): Promise<Manifest | undefined>;
  tagged(tag: Tag): Promise<Digest | undefined>;
}

/** Of one candidate, over all its platforms. An SBOM, a signature and some attestations for each of ten platforms fit. */
const MOST_ATTACHED = 50;
/** Of one. SBOMs of large images have some ten megabytes. */
const MOST_BYTES = 64 * 1024 * 1024;
/** An SBOM of an image, its signature, and one more for whoever signs signatures. */
const DEEPEST = 3;

export async function findAttached(place: AttachedAt, roots: Digest[]): Promise<FoundAttached> {
  const found: FoundAttached = { attached: [], left: [] };
  const seen = new Set<Digest>(roots);
  let level = roots;
  for (let depth = 0; depth < DEEPEST && level.length > 0; depth++) {
    const next: Digest[] = [];
    for (const subject of level) {
      for (const { digest, tag } of await listed(place, subject, found)) {
        if (seen.has(digest)) continue;
        seen.add(digest);
        if (found.attached.length >= MOST_ATTACHED) {
          found.left.push(`${digest}: more than ${MOST_ATTACHED} are attached`);
          continue;
        }
        const manifest = await place.manifest(digest);
        const why = manifest ? unfit(manifest, subject, tag) : 'it is listed and not there';
        if (!manifest || why) {
          found.left.push(`${digest}: ${why}`);
          continue;
        }
        found.attached.push({ subject, manifest, ...(tag ? { tag } : {}) });
        next.push(digest);
      }
    }
    level = next;
  }
  return found;
}

async function listed(
  place: AttachedAt,
  subject: Digest,
  found: FoundAttached,
): Promise<{ digest: Digest; tag?: Tag }[]> {
  const tagged = await Promise.all(
    cosignTags(subject).map(async (tag) => {
      const digest = await place.tagged(tag);
      return digest ? [{ digest, tag }] : [];
    }),
  );
  const { referrers, more } = await place.referrers(subject);
  if (more) found.left.push(`${subject}: the list of what is attached to it goes on after ${referrers.length}`);
  // Signatures under tags first: there are three at most, and no list says how many there are of the others.
  return [...tagged.flat(), ...referrers.map(({ digest }) => ({ digest }))];
}

/** A list may name anything: what is attached says itself to what. */
function unfit({ bytes }: Manifest, subject: Digest, tag: Tag | undefined): string | undefined {
  if (tag === undefined && subjectOf(bytes) !== subject)
    return `it is listed for ${subject} and attached to something else`;
  const size = sizeOfArtifact(bytes);
  if (size === undefined) return 'it is no image manifest, such as an index';
  return size > MOST_BYTES ? `it has ${size} bytes, and ${MOST_BYTES} are the most` : undefined;
}
