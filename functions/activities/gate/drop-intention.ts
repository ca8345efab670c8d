/** Gives a begun promotion up, before the stable tag has moved. Key: the attempt. */
import { sayReason, type Reason } from '../../../shared/domain/outcome.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { GATE } from '../../../shared/ledger/gate-rows.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';

export interface DropIntention {
  gate: string;
  attempt: number;
  reason: Reason;
  /** Epoch milliseconds. */
  at: number;
}

/** A late activity of any of these may still move the stable tag, and is then known for one of ours. */
const MOST_DROPPED = 20;

export const dropIntention =
  ({ ledger }: Surroundings): Activity<DropIntention, object> =>
  async ({ gate, attempt, reason, at }) => {
    const row = await readGateRow(ledger, gate);
    if (!row || row.value.intention?.attempt !== attempt) return {};
    // Before a first promotion, what the stable tag names at the next try is looked at anew: it was not moved.
    const { intention, adopted, ...others } = row.value;
    const rest = {
      ...others,
      ...(others.current && adopted ? { adopted } : {}),
      dropped: [...(others.dropped ?? []), intention.subject].slice(-MOST_DROPPED),
    };
    const told = tell(`dropped-${attempt}`, {
      at,
      by: 'runGate',
      subject: gate,
      what: 'promotion given up',
      why: sayReason(reason),
      data: { ...intention },
    });
    if ((await ledger.write('gates', gate, [put(GATE, row, rest), told])) === 'conflict')
      throw new LedgerConflict(`gate "${gate}"`);
    return {};
  };
