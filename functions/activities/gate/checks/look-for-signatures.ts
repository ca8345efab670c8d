/**
 * Looks for signatures of what is in quarantine, in every place where they are kept, until one is accepted.
 *
 * Bounded: an image that comes with a thousand of them is looked at so far, and then nobody knows. The registry is asked one after the other.
 */
import type { Layer } from '../../../../shared/domain/checks/artifact.ts';
import type { Examined, Found, Looked } from '../../../../shared/domain/checks/signature.ts';
import type { Digest, RepositoryReference } from '../../../../shared/domain/reference.ts';
import {
  readCarrier,
  readFallbackIndex,
  referrersTag,
  signatureTag,
} from '../../../../shared/domain/signatures/carrier.ts';
import type { Registries } from '../../../../shared/ports/registries.ts';
import type { Examiner, Target } from '../../../../shared/signatures/examine.ts';

/** `what`: for a person, such as `the upstream's index sha256:…`. */
export type SignedTarget = Target & { what: string };

const MOST_CARRIERS = 100;
const MOST_SIGNATURES = 100;
/** A bundle has a few kilobytes, a payload some hundred bytes. */
const MOST_BYTES = 1024 * 1024;

export async function lookForSignatures(
  registries: Registries,
  place: RepositoryReference,
  { targets, examiner }: { targets: SignedTarget[]; examiner: Examiner },
): Promise<Looked> {
  const found: Found[] = [];
  let carriers = 0;
  for (const target of targets) {
    for await (const { at, digest, byTag } of carriersOf(registries, place, target.digest)) {
      carriers += 1;
      if (carriers > MOST_CARRIERS)
        return { found, unfinished: `more than ${MOST_CARRIERS} things are attached to it` };
      for await (const examined of signaturesOf(registries, { ...place, digest }, { target, examiner, byTag })) {
        if (found.length >= MOST_SIGNATURES)
          return { found, unfinished: `it has more than ${MOST_SIGNATURES} signatures` };
        if (examined.kind !== 'other') found.push({ signed: target.what, at, examined });
        if (examined.kind === 'accepted') return { found };
      }
    }
  }
  return { found };
}

interface CarrierPlace {
  at: string;
  digest: Digest;
  /** A signature tag says by its name what it is for, and its payload proves it; a referrer says it in its manifest. */
  byTag: boolean;
}

async function* carriersOf(
  registries: Registries,
  place: RepositoryReference,
  of: Digest,
): AsyncGenerator<CarrierPlace> {
  const seen = new Set<Digest>();
  const tag = signatureTag(of);
  const tagged = await registries.digestOf({ ...place, tag });
  if (tagged) yield { at: `tag ${tag}`, digest: tagged, byTag: true };
  if (tagged) seen.add(tagged);
  const listed = await registries.referrers({ ...place, digest: of });
  const fallback = await fallbackReferrers(registries, place, of);
  for (const digest of [...listed.toSorted(likelyFirst).map((one) => one.digest), ...fallback]) {
    if (!seen.has(digest)) yield { at: `referrer ${digest}`, digest, byTag: false };
    seen.add(digest);
  }
}

/** Only an order: what a list says of a referrer differs between registries and versions of cosign. */
const likelyFirst = (a: { artifactType?: string }, b: { artifactType?: string }): number =>
  Number(isLikely(b)) - Number(isLikely(a));
const isLikely = ({ artifactType = '' }: { artifactType?: string }): boolean => /sigstore|cosign/.test(artifactType);

async function fallbackReferrers(registries: Registries, place: RepositoryReference, of: Digest): Promise<Digest[]> {
  const digest = await registries.digestOf({ ...place, tag: referrersTag(of) });
  const index = digest && (await registries.manifest({ ...place, digest }));
  return (index && readFallbackIndex(index.bytes)) ?? [];
}

async function* signaturesOf(
  registries: Registries,
  image: RepositoryReference & { digest: Digest },
  { target, examiner, byTag }: { target: Target; examiner: Examiner; byTag: boolean },
): AsyncGenerator<Examined> {
  const manifest = await registries.manifest(image);
  if (!manifest) return yield unreadable('it is listed, and not there');
  const carrier = readCarrier(manifest.bytes);
  if (carrier.kind === 'garbled') return yield unreadable(`its manifest cannot be read: ${carrier.problem}`);
  if (carrier.kind === 'other') return;
  if (!byTag && carrier.subject !== target.digest) return; // Attached to something else: a list may hold anything.
  const blobOf = (layer: Layer) => readBlob(registries, { ...image, digest: layer.digest }, layer.bytes);
  switch (carrier.kind) {
    case 'notation':
      yield { kind: 'unsupported', what: 'a signature of the Notary Project' };
      break;
    case 'bundle': {
      const blob = await blobOf(carrier.layer);
      yield typeof blob === 'string' ? unreadable(blob) : examiner.bundle(target, blob);
      break;
    }
    case 'simple-signing':
      // The newest is the last.
      for (const layer of carrier.layers.toReversed()) {
        const blob = await blobOf(layer);
        yield typeof blob === 'string' ? unreadable(blob) : examiner.simpleSigning(target, layer, blob);
      }
  }
}

/** A text is why there are no bytes. */
async function readBlob(
  registries: Registries,
  image: RepositoryReference & { digest: Digest },
  saidBytes: number,
): Promise<Uint8Array | string> {
  const tooLarge = `its signature has more than ${MOST_BYTES} bytes`;
  if (saidBytes > MOST_BYTES) return tooLarge;
  const blob = await registries.blob(image, { mostBytes: MOST_BYTES });
  if (blob === 'too-large') return tooLarge;
  return blob === 'missing' ? 'its blob is not there' : blob;
}

const unreadable = (why: string): Examined => ({ kind: 'unreadable', why });
