/** Law 5: instances are disposable. The whole task hub is lost after every single activity of a story, once each; a sweep brings it to the same end. */
import { describe, expect, it } from 'vitest';
import { readPromotions } from '../../shared/ledger/gate-book.ts';
import { gateWorld, green, MINUTE, red, type GateWorld, type Wrap } from './gate-world.ts';

/** Each is a whole life of a gate, once for every activity in it. */
const EVERY_ONE = { timeout: 60_000 };

describe('a task hub that is lost', () => {
  it.each(['before', 'after'] as const)(
    '%s any activity of a promotion: it ends promoted once, with the right stable tag',
    EVERY_ONE,
    async (when) => {
      const length = await activitiesOf(() => 0);
      expect(length).toBeGreaterThan(15);
      for (let at = 1; at <= length; at++) {
        const world = await losing({ at, when, exitCode: () => 0 });
        const digest = green.manifest.digest;
        expect(await world.stable(), `lost ${when} activity ${at}`).toBe(digest);
        expect(
          await readPromotions(world.ports.ledger, 'node', { most: 10 }),
          `lost ${when} activity ${at}`,
        ).toHaveLength(1);
        expect(await uniqueTags(world), `lost ${when} activity ${at}`).toHaveLength(1);
        expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
        await world.close();
      }
    },
  );

  it('after any activity of a rejection: it ends rejected, and the stable tag is not moved', EVERY_ONE, async () => {
    const length = await activitiesOf(() => 1);
    for (let at = 1; at <= length; at++) {
      const world = await losing({ at, when: 'after', exitCode: () => 1, pushed: 'red' });
      expect(await world.stable(), `lost after activity ${at}`).toBeUndefined();
      expect(await world.outcome(red.manifest.digest), `lost after activity ${at}`).toMatchObject({ kind: 'rejected' });
      await world.close();
    }
  });

  it('every activity run twice changes nothing the second time', async () => {
    const world = gateWorld({}, { on: 'host', wrap: async (_, run) => (await run(), run()) });
    world.checksAnswer(() => 0);
    const digest = world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.stable()).toBe(digest);
    expect(await uniqueTags(world)).toHaveLength(1);
    expect(world.ports.runs.started.filter(({ quick }) => quick)).toHaveLength(1);
    await world.close();
  });

  it('an answer that is lost after the work was done is retried, to the same end', async () => {
    const seen = new Set<string>();
    const world = gateWorld(
      {},
      {
        on: 'host',
        wrap: async (name, run) => {
          const answer = await run();
          if (seen.has(name)) return answer;
          seen.add(name);
          throw new Error('the answer was lost');
        },
      },
    );
    world.checksAnswer(() => 0);
    const digest = world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(3 * MINUTE);

    expect(await world.stable()).toBe(digest);
    expect(await uniqueTags(world)).toHaveLength(1);
    await world.close();
  });
});

interface Loss {
  at: number;
  when: 'before' | 'after';
  exitCode: () => number;
  pushed?: 'green' | 'red';
}

/** A world whose task hub dies around its n-th activity, and a second one, with an empty task hub, that sweeps. */
async function losing({ at, when, exitCode, pushed = 'green' }: Loss): Promise<GateWorld> {
  let count = 0;
  let dead = false;
  const never = new Promise<never>(() => {});
  const wrap: Wrap = async (_, run) => {
    if (dead) return never;
    count += 1;
    if (count === at && when === 'before') dead = true;
    if (dead) return never;
    const answer = await run();
    if (count === at) dead = true;
    return dead ? never : answer;
  };
  const first = gateWorld({}, { wrap });
  first.checksAnswer(exitCode);
  first.push(pushed === 'green' ? green : red);
  await Promise.race([play(first), until(() => dead)]);

  const second = gateWorld({}, { from: first });
  await second.pass(1_000);
  for (let sweeps = 0; sweeps < 3; sweeps++) {
    await second.wake('sweep', '');
    await second.pass(5 * MINUTE);
  }
  return second;
}

async function activitiesOf(exitCode: () => number): Promise<number> {
  const world = gateWorld();
  world.checksAnswer(exitCode);
  world.push(exitCode() === 0 ? green : red);
  await play(world);
  await world.close();
  return world.calls.filter(({ name }) => !/Image|Rollout|Build/.test(name)).length;
}

async function play(world: GateWorld): Promise<void> {
  await world.wake('runGate', 'node');
  await world.pass(3_000);
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setImmediate(resolve));
}

async function uniqueTags(world: GateWorld): Promise<string[]> {
  const { gates } = world.policy;
  if (!gates['node']) throw new Error('no gate');
  const tags = await world.ports.registries.tags(gates['node'].to);
  return tags.map(({ tag }) => String(tag)).filter((tag) => tag !== '15-alpine');
}
