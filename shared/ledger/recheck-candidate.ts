/**
 * A person wants every check of a candidate asked again: its evidence counts no longer, and if it was settled it is open again.
 *
 * A check that is under way is overtaken, as by any later attempt; what it finds is written where nobody reads it.
 */
import { candidateKey } from '../domain/ids.ts';
import type { Change } from '../ports/ledger.ts';
import type { CandidateBook } from './gate-book.ts';
import { evidenceKey, type CandidateRow } from './gate-rows.ts';
import { put } from './rows.ts';

/** The hash of no check. */
const VOID = 'asked-again';

export interface Rechecked {
  book: CandidateBook;
  changes: Change[];
}

export function recheckCandidate({ row: kept, evidence }: CandidateBook): Rechecked {
  const { settled, again: ___, aborted: _, trouble: __, unusable, subject, overrides, approvals, ...rest } = kept.value;
  const row: CandidateRow = {
    ...rest,
    opening: rest.opening + (settled ? 1 : 0),
    ...(overrides && !settled ? { overrides } : {}),
    // What was unusable is taken in anew, since the policy may name another platform now.
    ...(subject && !unusable ? { subject } : {}),
    // They belong to the opening; in the same one they hold as long as the checks say the same again.
    ...(approvals && !settled ? { approvals } : {}),
  };
  return withoutEvidence({ row: kept, evidence }, row);
}

/** The same for the current one, which stays what it is: what comes of it is concluded, as when a check has ended. */
export function recheckCurrent(
  { row: kept, evidence }: CandidateBook,
  { subject, since }: NonNullable<CandidateRow['again']>,
): Rechecked {
  const { trouble: _, ...rest } = kept.value;
  return withoutEvidence({ row: kept, evidence }, { ...rest, opening: rest.opening + 1, again: { subject, since } });
}

function withoutEvidence({ row: kept, evidence }: CandidateBook, row: CandidateRow): Rechecked {
  const voided = [...evidence].map(([check, one]) => {
    const value = { ...one.value, evidence: { ...one.value.evidence, checkHash: VOID } };
    return [check, { ...one, value }] as const;
  });
  return {
    book: { row: { ...kept, value: row }, evidence: new Map(voided) },
    changes: [
      put(candidateKey(row.digest), kept, row),
      ...voided.map(([check, { etag, value }]) => put(evidenceKey(row.digest, check), { etag }, value)),
    ],
  };
}
