/**
 * A step for a candidate failed after all its retries: that is written on it, with a time to try again, and the others go on.
 *
 * Key: the candidate; nothing is tried while its trouble rests, so what is written already is this.
 */
import { backoffMs } from '../../../shared/domain/backoff.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readUnderWay } from '../../../shared/ledger/gate-book.ts';
import { originOfCandidate } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';

export interface TroubleCandidate {
  gate: string;
  digest: Digest;
  message: string;
  /** Epoch milliseconds. */
  at: number;
}

export const troubleCandidate =
  ({ ledger, telemetry }: Surroundings): Activity<TroubleCandidate, object> =>
  async ({ gate, digest, message, at }) => {
    const candidate = await readUnderWay(ledger, gate, digest);
    if (!candidate) return {};
    const { trouble } = candidate.value;
    if (trouble && trouble.retryAt > at) return {};
    const times = (trouble?.times ?? 0) + 1;
    const next = { ...candidate.value, trouble: { message, times, retryAt: at + backoffMs(times) } };
    const written = await ledger.write('gates', gate, [put(candidateKey(digest), candidate, next)]);
    if (written === 'conflict') throw new LedgerConflict(`candidate ${digest} of gate "${gate}"`);
    telemetry.about(originOfCandidate(gate, candidate.value));
    telemetry.count('trouble', { gate });
    return {};
  };
