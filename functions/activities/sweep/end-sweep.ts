/** Writes down that a sweep ended, and what it did; and tries again what could not be announced. */
import { redeliver } from '../../../shared/ledger/redeliver.ts';
import type { SweepEnd } from '../../../shared/domain/sweep-end.ts';
import { readSweep, writeSweep } from '../../../shared/ledger/sweep-book.ts';
import type { Activity, Surroundings } from '../activity.ts';

export const endSweep =
  (world: Surroundings): Activity<SweepEnd, object> =>
  async (swept) => {
    const upkeepAt = swept.upkeepAt ?? (await readSweep(world.ledger))?.upkeepAt;
    await writeSweep(world.ledger, { ...swept, ...(upkeepAt === undefined ? {} : { upkeepAt }) });
    world.telemetry.count('sweeps', {});
    await redeliver(world, swept.endedAt);
    return {};
  };
