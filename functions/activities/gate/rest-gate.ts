/**
 * Puts a gate to rest, with the reason and the time it is due again, unless something was requested that its story has not seen.
 *
 * Key: the request counter, and the time of the rest. `again`: look once more.
 */
import { backoffMs } from '../../../shared/domain/backoff.ts';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import { sayReason, type Reason } from '../../../shared/domain/outcome.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readCandidateRow, readGateOutbox, readGateRow } from '../../../shared/ledger/gate-book.ts';
import { GATE, newGate, originOfCandidate, type GateRow } from '../../../shared/ledger/gate-rows.ts';
import { deliver, tell } from '../../../shared/ledger/outbox.ts';
import { requestedOf } from '../../../shared/ledger/request.ts';
import { put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';

export interface RestGate {
  gate: string;
  /** As the look saw it; missing when the look itself failed, and then nothing counts as handled. */
  requested?: number;
  reason: Reason;
  /** Epoch milliseconds. */
  dueAt?: number;
  /** Something else is due before that. */
  lookAgainAt?: number;
  digest?: Digest;
  /** As the look saw it, and what was decided under. */
  policy?: GatePolicy;
  at: number;
}

export interface Rested {
  again: boolean;
}

export const restGate =
  (world: Surroundings): Activity<RestGate, Rested> =>
  async ({ gate, requested, reason, dueAt: dueThen, lookAgainAt, digest, policy, at }) => {
    const kept = await readGateRow(world.ledger, gate);
    // After the row that guards this: whoever asks for something writes both at once.
    if (requested !== undefined && (await requestedOf(world.ledger, 'gates', gate)) !== requested)
      return { again: true };
    const row = kept?.value ?? newGate;
    const waiting = digest && (await readCandidateRow(world.ledger, gate, digest))?.value;
    if (waiting && !waiting.settled) world.telemetry.about(originOfCandidate(gate, waiting));
    const failures = failuresAfter(row, reason, { ofCandidate: digest !== undefined, at });
    const dueAt = dueThen ?? (reason.kind === 'trouble' ? at + backoffMs(failures) : undefined);
    const resting = {
      reason,
      at,
      ...(dueAt === undefined ? {} : { dueAt }),
      ...(lookAgainAt === undefined ? {} : { lookAgainAt }),
      ...(digest ? { digest } : {}),
      ...(policy ? { policy } : {}),
    };
    const waited = row.waiting;
    const waits = digest ? { digest, for: reason.kind } : undefined;
    const tells = waits && (waits.digest !== waited?.digest || waits.for !== waited.for);
    const written = await world.ledger.write('gates', gate, [
      put(GATE, kept, {
        ...row,
        resting,
        handled: requested ?? row.handled,
        failures,
        lookedAt: at,
        waiting: waits,
      }),
      ...(tells
        ? [
            tell(`waiting-${row.sequence}-${reason.kind}`, {
              at,
              by: 'runGate',
              subject: gate,
              what: 'waiting',
              why: sayReason(reason),
              announce: 'waiting',
              data: { digest, ...(dueAt === undefined ? {} : { until: new Date(dueAt).toISOString() }) },
            }),
          ]
        : []),
    ]);
    if (written === 'conflict') return { again: true };
    if (reason.kind === 'trouble' && !digest) world.telemetry.count('trouble', { gate });
    await deliver(world, { table: 'gates', partition: gate, at }, await readGateOutbox(world.ledger, gate));
    return { again: false };
  };

/** In a row, of the look or the upstream. Trouble with a candidate is its own, and a rest that is written twice is one. */
function failuresAfter(
  { failures, resting }: GateRow,
  { kind }: Reason,
  { ofCandidate, at }: { ofCandidate: boolean; at: number },
): number {
  if (kind !== 'upstream-unreachable' && (kind !== 'trouble' || ofCandidate)) return 0;
  return resting?.at === at ? failures : failures + 1;
}
