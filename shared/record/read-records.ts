/**
 * Reads the promotion records that are attached to a digest, and opens them with public keys.
 *
 * Whoever may write to the registry may attach anything: what does not open is no record, and is counted among what was refused.
 */
import { digest as digestSchema, type Digest, type DigestReference } from '../domain/reference.ts';
import { bundleIn, BUNDLE_TYPE } from '../domain/record/envelope.ts';
import type { PromotionRecord } from '../domain/record/statement.ts';
import type { Registries } from '../ports/registries.ts';
import { BUNDLE_BYTES, open } from './bundle.ts';

/** What a registry, ours or another one, is asked. */
export type RecordPlace = Pick<Registries, 'referrers' | 'manifest' | 'blob'>;

export interface FoundRecord {
  /** Of the manifest that attaches it. */
  digest: Digest;
  record: PromotionRecord;
}

export interface FoundRecords {
  records: FoundRecord[];
  /** Why others of the same kind are none. */
  refused: string[];
}

/** Promotions of one digest; each attempt leaves one. */
const MOST_RECORDS = 50;

export async function readRecords(
  place: RecordPlace,
  subject: DigestReference,
  { publicKeys }: { publicKeys: string[] },
): Promise<FoundRecords> {
  const bundles = await place.referrers(subject, BUNDLE_TYPE);
  const found: FoundRecords = { records: [], refused: [] };
  // The newest come last in a list that a registry makes in the order of pushes; which one counts is decided by what they say.
  for (const { digest } of bundles.slice(-MOST_RECORDS)) {
    const opened = await openAt(place, subject, { digest, publicKeys });
    if (opened.kind === 'record') found.records.push({ digest, record: opened.record });
    if (opened.kind === 'refused') found.refused.push(`${digest}: ${opened.problem}`);
  }
  if (bundles.length > MOST_RECORDS) found.refused.push('more is attached to it than is read');
  return found;
}

async function openAt(
  place: RecordPlace,
  subject: DigestReference,
  { digest, publicKeys }: { digest: Digest; publicKeys: string[] },
): Promise<ReturnType<typeof open> | { kind: 'other' }> {
  const { host, repository } = subject;
  const manifest = await place.manifest({ host, repository, digest });
  const carried = manifest && bundleIn(parseJson(manifest.bytes));
  if (!carried) return { kind: 'other' }; // A bundle of somebody else, such as a signature by cosign.
  const blob = digestSchema.safeParse(carried.digest);
  if (!blob.success || carried.size > BUNDLE_BYTES || carried.subject !== subject.digest) {
    return {
      kind: 'refused',
      problem: `it is no record of ${BUNDLE_BYTES} bytes at most that is attached to this digest`,
    };
  }
  const bytes = await place.blob({ host, repository, digest: blob.data }, { mostBytes: BUNDLE_BYTES });
  if (typeof bytes === 'string') return { kind: 'refused', problem: `its blob ${blob.data} is ${bytes}` };
  return open(parseJson(bytes), { publicKeys });
}

function parseJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return undefined; // Then it is no manifest of a record and no bundle, as the schemas say.
  }
}
