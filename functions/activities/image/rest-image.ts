/** Puts an image to rest, with the reason and the time it is due again. Key: the request counter. */
import { backoffMs } from '../../../shared/domain/backoff.ts';
import type { ImageReason } from '../../../shared/domain/image-state.ts';
import { IMAGE, newImage, readImage } from '../../../shared/ledger/image-book.ts';
import { deliver } from '../../../shared/ledger/outbox.ts';
import { put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import type { Rested } from '../gate/rest-gate.ts';

export interface RestImage {
  image: string;
  /** Missing when the look itself failed, and then nothing counts as handled. */
  requested?: number;
  reason: ImageReason;
  /** Epoch milliseconds. */
  dueAt?: number;
  at: number;
}

export const restImage =
  (world: Surroundings): Activity<RestImage, Rested> =>
  async ({ image, requested, reason, dueAt: dueThen, at }) => {
    const book = await readImage(world.ledger, image);
    const row = book.image?.value ?? newImage;
    // The rollout of this image shares the counter; its own row says what it has handled.
    if (requested !== undefined && book.requested !== requested) return { again: true };
    const repeated = row.resting?.at === at;
    const failures = reason.kind === 'trouble' ? row.failures + (repeated ? 0 : 1) : 0;
    const dueAt = dueThen ?? (failures > 0 ? at + backoffMs(failures) : undefined);
    const resting = { reason, at, ...(dueAt === undefined ? {} : { dueAt }) };
    const written = await world.ledger.write('images', image, [
      put(IMAGE, book.image, { ...row, resting, failures, handled: requested ?? row.handled }),
    ]);
    if (written === 'conflict') return { again: true };
    if (reason.kind === 'trouble') world.telemetry.count('trouble', { image });
    await deliver(world, { table: 'images', partition: image, at }, (await readImage(world.ledger, image)).outbox);
    return { again: false };
  };
