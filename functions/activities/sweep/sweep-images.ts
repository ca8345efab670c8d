/**
 * Starts the story of every image and every rollout: a pushed tag, a deleted group or a changed secret is found without an event. One that
 * rests on trouble keeps its own time to try again, unless it was asked something since.
 *
 * Never fails for one of them.
 */
import { readImage, type ImageBook } from '../../../shared/ledger/image-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import { atOnce } from '../../at-once.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { newSwept, noteUnreadable, startIfPossible, type Starting, type Swept } from './start-unstuck.ts';

export interface SweepImages {
  images: string[];
  rollouts: string[];
  /** Epoch milliseconds. */
  at: number;
}

const AT_ONCE = 16;

export const sweepImages =
  (world: Surroundings): Activity<SweepImages, Swept> =>
  async ({ images, rollouts, at }, stories) => {
    const swept = newSwept();
    const work = [
      ...images.map((name) => ({ name, story: 'buildImage', row: 'image' }) as const),
      ...rollouts.map((name) => ({ name, story: 'rollOut', row: 'rollout' }) as const),
    ];
    const starting = { log: world.log, stories, at, swept };
    await atOnce(work, AT_ONCE, async ({ name, story, row }) => {
      if (await isDue(world.ledger, { name, which: row }, starting)) await startIfPossible(starting, story, name);
    });
    return swept;
  };

async function isDue(
  ledger: Ledger,
  { name, which }: { name: string; which: 'image' | 'rollout' },
  { at, swept }: Starting,
): Promise<boolean> {
  let book: ImageBook;
  try {
    book = await readImage(ledger, name);
  } catch (error) {
    noteUnreadable(swept, `${which} "${name}"`, error);
    return true; // Its own story finds the same trouble, and says so in the ledger if it can.
  }
  const row = book[which]?.value;
  if (row?.resting?.reason.kind !== 'trouble' || row.resting.dueAt === undefined) return true;
  return row.resting.dueAt <= at || book.requested > row.handled;
}
