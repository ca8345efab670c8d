/** A candidate is opened: by a sighting, a manual promotion, or checks that are not the ones it was rejected under. */
import { candidateKey } from '../domain/ids.ts';
import type { Restores } from '../domain/recall.ts';
import type { Digest } from '../domain/reference.ts';
import type { Change } from '../ports/ledger.ts';
import type { CandidateBook } from './gate-book.ts';
import { evidenceKey, type CandidateRow } from './gate-rows.ts';
import { put } from './rows.ts';

export interface Opening {
  digest: Digest;
  sequence: number;
  /** Epoch milliseconds. */
  seenSince: number;
  at: number;
  manual?: { by: string; why: string; at: number };
  /** It is put back over what was recalled. */
  restores?: Restores;
}

/**
 * The changes that open it. Each opening starts anew (abort, trouble and tries belong to it); where it is already open, it only takes the new
 * sequence number and time, and what a person asked of it stays, unless a person now asks for the promotion. Evidence that still holds stays:
 * its rows are opened again with it.
 */
export function openCandidate(
  known: CandidateBook | undefined,
  { digest, sequence, seenSince, at, manual, restores }: Opening,
): Change[] {
  const before = known?.row.value;
  const stillOpen = before !== undefined && before.settled === undefined;
  const row: CandidateRow = {
    digest,
    sequence,
    seenSince,
    sightedAt: at,
    opening: stillOpen ? before.opening : (before?.opening ?? 0) + 1,
    ...(before?.subject ? { subject: before.subject } : {}),
    ...(before?.images ? { images: before.images } : {}),
    ...(before?.platforms ? { platforms: before.platforms } : {}),
    ...(manual ? { manual } : stillOpen ? keptOf(before) : {}),
    ...(stillOpen ? saidOf(before) : {}),
    ...(manual ? { requestedBy: withPerson(stillOpen ? before.requestedBy : [], manual.by) } : {}),
    ...(restores ? { restores } : stillOpen && before.restores ? { restores: before.restores } : {}),
    ...(stillOpen && before.overrides ? { overrides: before.overrides } : {}),
  };
  const evidence = stillOpen ? [] : [...(known?.evidence.values() ?? [])];
  return [
    put(candidateKey(digest), known?.row, row),
    ...evidence.map((kept) => put(evidenceKey(digest, kept.value.check), kept, kept.value)),
  ];
}

/** What people have said of this opening holds through another sighting, and through a request that it be promoted. */
const saidOf = ({ approvals, requestedBy }: CandidateRow): Partial<CandidateRow> => ({
  ...(approvals ? { approvals } : {}),
  ...(requestedBy ? { requestedBy } : {}),
});

/** As many as have ever asked at once; somebody before them asks again. */
const MOST_REQUESTERS = 50;
export const withPerson = (before: string[] | undefined, by: string): string[] =>
  [...new Set([...(before ?? []), by])].slice(-MOST_REQUESTERS);

const keptOf = ({ manual, aborted, trouble }: CandidateRow): Partial<CandidateRow> => ({
  ...(manual ? { manual } : {}),
  ...(aborted ? { aborted } : {}),
  ...(trouble ? { trouble } : {}),
});
