/**
 * Opens an earlier promotion again, to take the place of a recalled one, with its old number. Key: the digest and the recalled one; one that is
 * open already is left as it is.
 */
import type { Restores } from '../../../shared/domain/recall.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readCandidate, readGateRow } from '../../../shared/ledger/gate-book.ts';
import { GATE } from '../../../shared/ledger/gate-rows.ts';
import { openCandidate } from '../../../shared/ledger/open-candidate.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';

export interface RestoreCandidate {
  gate: string;
  digest: Digest;
  sequence: number;
  restores: Restores;
  /** Epoch milliseconds. */
  at: number;
}

export const restoreCandidate =
  ({ ledger }: Surroundings): Activity<RestoreCandidate, object> =>
  async ({ gate, digest, sequence, restores, at }) => {
    const row = await readGateRow(ledger, gate);
    if (row?.value.current?.digest !== restores.over) return {};
    const known = await readCandidate(ledger, gate, digest);
    if (known && !known.row.value.settled) return {};

    const seenSince = known?.row.value.seenSince ?? at;
    const written = await ledger.write('gates', gate, [
      put(GATE, row, row.value),
      ...openCandidate(known, { digest, sequence, seenSince, at, restores }),
      tell(`restoring-${sequence}-${restores.over}`, {
        at,
        by: 'runGate',
        subject: gate,
        what: 'putting back',
        why: `${restores.over} was recalled`,
        data: { digest, sequence, over: restores.over },
      }),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`gate "${gate}"`);
    return {};
  };
