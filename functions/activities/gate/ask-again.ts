/**
 * The checks of the current one are asked again from now on. It stays settled; its rows are open for the looks until that is concluded.
 *
 * Key: the digest. What is asked again already is left as it is.
 */
import { candidateKey } from '../../../shared/domain/ids.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readCandidate, readGateRow } from '../../../shared/ledger/gate-book.ts';
import { evidenceKey, GATE, type CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';

export interface AskAgain {
  gate: string;
  digest: Digest;
  /** Epoch milliseconds. */
  at: number;
}

export const askAgain =
  ({ ledger }: Surroundings): Activity<AskAgain, object> =>
  async ({ gate, digest, at }) => {
    const row = await readGateRow(ledger, gate);
    const current = row?.value.current;
    const known = await readCandidate(ledger, gate, digest);
    if (!row || current?.digest !== digest || !known?.row.value.settled || known.row.value.again) return {};

    const { trouble: _, ...kept } = known.row.value;
    const opening = kept.opening + 1;
    const next: CandidateRow = { ...kept, opening, again: { subject: current.subject, since: at } };
    const written = await ledger.write('gates', gate, [
      put(GATE, row, row.value),
      put(candidateKey(digest), known.row, next),
      ...[...known.evidence.values()].map((one) => put(evidenceKey(digest, one.value.check), one, one.value)),
      tell(`asking-again-${kept.sequence}-${opening}`, {
        at,
        by: 'runGate',
        subject: gate,
        what: 'asking again',
        why: 'a check of the current digest is another one now, or its verdict has ended',
        data: { digest, subject: current.subject },
      }),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`gate "${gate}"`);
    return {};
  };
