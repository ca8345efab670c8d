/** Writes what the look at an upstream means: a sighting with its candidate, a tag that is gone, or that the story is at work again. */
import type { Gate } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest } from '../../../shared/domain/reference.ts';
import type { Sighting } from '../../../shared/domain/sighting.ts';
import { readCandidate, type CandidateBook, type GateBook } from '../../../shared/ledger/gate-book.ts';
import { GATE, newGate, type GateRow } from '../../../shared/ledger/gate-rows.ts';
import { wantedPlatforms } from '../../../shared/domain/deciding-policy.ts';
import { openCandidate } from '../../../shared/ledger/open-candidate.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { put } from '../../../shared/ledger/rows.ts';
import type { Change, Ledger } from '../../../shared/ports/ledger.ts';

export async function rememberSighting(
  { ledger }: { ledger: Ledger },
  gate: Gate,
  book: GateBook,
  sighting: Sighting,
  at: number,
): Promise<'written' | 'unchanged' | 'conflict'> {
  const { resting: _, ...found } = book.gate?.value ?? newGate;
  const row = withoutShadow(gate, found);
  const write = (next: Partial<GateRow>, changes: Change[] = []) =>
    ledger.write('gates', gate.name, [put(GATE, book.gate, { ...row, ...next }), ...changes]);

  switch (sighting.kind) {
    case 'new': {
      const { digest } = sighting;
      const sequence = row.sequence + 1;
      const known = await readCandidate(ledger, gate.name, digest);
      return write({ sequence, upstream: { digest, since: at, sequence }, goneSince: undefined }, [
        ...openCandidate(known, { digest, sequence, seenSince: at, at }),
        tell(`sighted-${sequence}`, {
          at,
          by: 'runGate',
          subject: gate.name,
          what: 'sighted',
          why: `${formatReference(gate.from)} names ${digest}`,
          announce: 'sighted',
          data: { digest, sequence, upstream: formatReference(gate.from) },
        }),
      ]);
    }
    case 'same': {
      const again = await opensAgain(ledger, gate, book, row);
      if (again) return write({ goneSince: undefined }, openCandidate(again, { ...again.row.value, at }));
      if (sighting.forget404) return write({ goneSince: undefined });
      break;
    }
    case 'unsure':
      if (row.goneSince === undefined) return write({ goneSince: sighting.since });
      break;
    case 'gone':
      if (row.upstream) return write({ upstream: undefined, goneSince: undefined });
      break;
    case 'unreachable':
      break;
  }
  // A gate at work says so in the ledger: a sweep that finds no instance for it starts one.
  return book.gate && !book.gate.value.resting && row === found ? 'unchanged' : write({});
}

/** A gate that promotes counts with nothing that was only observed. */
function withoutShadow<Row extends { shadow?: unknown }>({ mode }: Gate, row: Row): Row | Omit<Row, 'shadow'> {
  if (mode === 'observe' || row.shadow === undefined) return row;
  const { shadow: _, ...rest } = row;
  return rest;
}

/**
 * What was only observed is looked at again by a gate that promotes now. A candidate that was rejected under other checks than today's, or
 * for other platforms, gets another chance. Both only where the upstream still points at it, and nothing newer was promoted.
 */
async function opensAgain(
  ledger: Ledger,
  gate: Gate,
  book: GateBook,
  row: Omit<GateRow, 'resting'>,
): Promise<CandidateBook | undefined> {
  const digest: Digest | undefined = row.upstream?.digest;
  if (!digest || book.open.has(digest) || row.current?.digest === digest) return undefined;
  const known = await readCandidate(ledger, gate.name, digest);
  const settled = known?.row.value.settled;
  if (!known || !settled || (row.current && row.current.sequence > known.row.value.sequence)) return undefined;
  const { outcome } = settled;
  if (outcome.kind === 'observed') return gate.mode === 'enforce' ? known : undefined;
  const samePlatforms = known.row.value.platforms === wantedPlatforms(gate);
  if (outcome.kind === 'failed') return samePlatforms ? undefined : known;
  if (outcome.kind !== 'rejected' || !['check-failed', 'undecided'].includes(outcome.reason.kind)) return undefined;
  return samePlatforms && sameHashes(settled.checkHashes, gate) ? undefined : known;
}

const sameHashes = (hashes: string[], gate: Gate) =>
  hashes.toSorted().join() ===
  gate.checks
    .map(({ hash }) => hash)
    .toSorted()
    .join();
