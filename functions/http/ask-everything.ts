/**
 * Everything that the policy looks after is asked to look: after something that bears on all of it.
 *
 * What cannot be asked is named and nothing is lost: the ledger says already what everything has to know, and the next sweep asks again.
 */
import { request } from '../../shared/ledger/request.ts';
import type { Table } from '../../shared/ports/ledger.ts';
import type { StoryName } from '../activities/activity.ts';
import { atOnce } from '../at-once.ts';
import type { Asked } from './endpoint.ts';
import { runsOf } from './image-view.ts';

/** The ledger and the task hub answer hundreds of requests in a second; this is for the connections of one instance. */
const AT_ONCE = 16;

interface Thing {
  table: Table;
  name: string;
  stories: StoryName[];
}

export async function askEverything({ world, stories }: Asked): Promise<{ asked: string[]; notAsked: string[] }> {
  const { policy } = await world.policies.current();
  const images = Object.keys(policy?.images ?? {});
  const rollouts = new Set(Object.values(policy?.apps ?? {}).map(runsOf));
  const things: Thing[] = [
    ...Object.keys(policy?.gates ?? {}).map((name): Thing => ({ table: 'gates', name, stories: ['runGate'] })),
    // One partition for an image and its rollout: counted once, or the two would be in each other's way.
    ...[...new Set([...images, ...rollouts])].map((name): Thing => ({
      table: 'images',
      name,
      stories: [
        ...(images.includes(name) ? ['buildImage' as const] : []),
        ...(rollouts.has(name) ? ['rollOut' as const] : []),
      ],
    })),
  ];

  const asked: string[] = [];
  const notAsked: string[] = [];
  await atOnce(things, AT_ONCE, async ({ table, name, stories: wanted }) => {
    try {
      await request(world.ledger, table, name);
      for (const story of wanted) await stories.start(story, name);
      asked.push(name);
    } catch (error) {
      world.log.warn(
        `${wanted.join(', ')} of "${name}" not asked: ${error instanceof Error ? error.message : String(error)}`,
      );
      notAsked.push(name);
    }
  });
  return { asked: asked.toSorted(), notAsked: notAsked.toSorted() };
}
