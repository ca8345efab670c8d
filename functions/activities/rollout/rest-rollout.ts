/** Puts a rollout to rest, with the reason and the time it is due again. Key: the request counter. */
import { isDeepStrictEqual } from 'node:util';
import { backoffMs } from '../../../shared/domain/backoff.ts';
import { sayRolloutReason, type RolloutReason } from '../../../shared/domain/rollout-state.ts';
import { readImage, ROLLOUT, type RolloutRow } from '../../../shared/ledger/image-book.ts';
import { deliver, tell } from '../../../shared/ledger/outbox.ts';
import { put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import type { Rested } from '../gate/rest-gate.ts';

export interface RestRollout {
  of: string;
  /** Missing when the look itself failed, and then nothing counts as handled. */
  requested?: number;
  reason: RolloutReason;
  /** Epoch milliseconds. */
  dueAt?: number;
  at: number;
}

export const restRollout =
  (world: Surroundings): Activity<RestRollout, Rested> =>
  async ({ of, requested, reason, dueAt: dueThen, at }) => {
    const book = await readImage(world.ledger, of);
    const row: RolloutRow = book.rollout?.value ?? { handled: 0, failures: 0 };
    if (requested !== undefined && book.requested !== requested) return { again: true };
    const repeated = row.resting?.at === at;
    const failures = reason.kind === 'trouble' ? row.failures + (repeated ? 0 : 1) : 0;
    const dueAt = dueThen ?? (failures > 0 ? at + backoffMs(failures) : undefined);
    const resting = { reason, at, ...(dueAt === undefined ? {} : { dueAt }) };
    const written = await world.ledger.write('images', of, [
      put(ROLLOUT, book.rollout, { handled: requested ?? row.handled, failures, resting }),
      ...(reason.kind === 'recalled' && !isDeepStrictEqual(row.resting?.reason, reason)
        ? [
            tell(`recalled-${reason.app}`, {
              at,
              by: 'rollOut',
              subject: reason.app,
              what: 'runs what was recalled',
              why: sayRolloutReason(reason),
              announce: 'recalled',
              data: { of, app: reason.app },
            }),
          ]
        : []),
    ]);
    if (written === 'conflict') return { again: true };
    if (reason.kind === 'trouble') world.telemetry.count('trouble', { rollout: of });
    await deliver(world, { table: 'images', partition: of, at }, (await readImage(world.ledger, of)).outbox);
    return { again: false };
  };
