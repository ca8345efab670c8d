/**
 * A life of everything that is stopped in the middle, and goes on with the same task hub under the next version of the stories. The task hub
 * is in memory and outlives the worlds; what the fakes hold does too.
 */
import { expect } from 'vitest';
import { openDatabase } from '../../local/host/durable/database.ts';
import { readPromotions } from '../../shared/ledger/gate-book.ts';
import { readImage } from '../../shared/ledger/image-book.ts';
import { image } from '../fakes/images.ts';
import type { StoryChange } from '../fixtures/next-version.ts';
import { builder, GROUP, layersOf } from './building-world.ts';
import { gateWorld, green, MINUTE, TEAM, type GateWorld, type Wrap } from './gate-world.ts';

export const BUILT = image([...layersOf(green), 'page']).manifest.digest;
export const INSTANCES = ['gate-node', 'build-hello', 'rollout-hello', 'sweep'];

/** How today's version ends: killed before or after an activity's effect, or told to stop while the activity runs, which it waits for. */
export const ENDINGS = ['before', 'after', 'told'] as const;

export interface Stop {
  /** The how-manieth activity, from 1. */
  at: number;
  how: (typeof ENDINGS)[number];
  /** What the version that is stopped there answers in place of what today's does. */
  answering?: (answer: object) => object;
}

/** Everything that a push sets going, stopped there; then the next version, as far as it comes before a sweep. `before`: what ran at first. */
export async function upgradedAt(
  { at, how, answering = same }: Stop,
  next?: StoryChange,
  before?: StoryChange,
): Promise<GateWorld> {
  const database = openDatabase(':memory:');
  let count = 0;
  let stop: (() => void) | undefined;
  const stopped = new Promise<void>((resolve) => (stop = resolve));
  const wrap: Wrap = async (_, run) => {
    // Others may begin while this one runs.
    const number = ++count;
    if (how !== 'told' && (number > at || (number === at && how === 'before'))) {
      stop?.();
      return new Promise<never>(() => {});
    }
    const answer = await run();
    if (number !== at) return answer;
    stop?.();
    return how === 'told' ? answering(answer) : new Promise<never>(() => {});
  };
  const first = builder({}, {}, { wrap, database, ...(before ? { next: before } : {}) });
  first.push(green);
  await Promise.race([live(first), stopped]);
  await first.close({ graceMs: how === 'told' ? 5_000 : 0 });
  return goOn(first, database, next);
}

const same = (answer: object): object => answer;

/** The next world on the same task hub; without `next` it runs today's version. */
export async function goOn(from: GateWorld, database: ReturnType<typeof openDatabase>, next?: StoryChange) {
  const world = gateWorld({}, { from, database, ...(next ? { next } : {}) });
  await world.durable.settle();
  return world;
}

/** What each activity of an undisturbed life is. */
export async function activitiesOfALife(): Promise<string[]> {
  const world = builder({}, {}, { on: 'host' });
  world.push(green);
  await live(world);
  await world.close();
  return world.calls.map(({ name }) => name);
}

export async function live(world: GateWorld): Promise<void> {
  await world.wake('runGate', 'node');
  await world.pass(20_000);
}

export async function sweeps(world: GateWorld): Promise<void> {
  await world.pass(1_000);
  for (let sweep = 0; sweep < 2; sweep++) {
    await world.wake('sweep', '');
    await world.pass(5 * MINUTE);
  }
}

/** Instances that the next version could not go on with. */
export const astray = (world: GateWorld): string[] =>
  INSTANCES.filter((id) => {
    const status = world.durable.status(id);
    return status?.runtimeStatus === 'Failed' && String(status.output).includes('Non-Deterministic');
  });

/** Nothing is lost, nothing is done twice, and no instance is left that cannot end. */
export async function expectTheEnd(world: GateWorld, where: string): Promise<void> {
  const { registries, runs, groups, ledger } = world.ports;
  const gate = world.policy.gates['node'];
  if (!gate) throw new Error('no gate');
  expect(await world.stable(), where).toBe(green.manifest.digest);
  const unique = (await registries.tags(gate.to)).filter(({ tag }) => tag !== gate.to.tag);
  expect(unique, where).toHaveLength(1);
  expect(await readPromotions(ledger, 'node', { most: 10 }), where).toHaveLength(1);
  expect(await world.outcome(green.manifest.digest), where).toMatchObject({ kind: 'promoted' });

  const { image: built, apps, outbox } = await readImage(ledger, 'hello');
  expect(built?.value.newest, where).toMatchObject({ digest: BUILT, base: { digest: green.manifest.digest } });
  expect(apps.get('web')?.value, where).toMatchObject({
    deployment: { state: 'healthy' },
    lastHealthy: { digest: BUILT },
  });
  expect((await groups.read(GROUP))?.containers[0]?.image, where).toBe(`${TEAM.host}/${TEAM.repository}@${BUILT}`);
  expect(outbox, where).toEqual([]);
  expect(runs.started.filter(({ task }) => task).length, where).toBeLessThanOrEqual(2);
  for (const id of INSTANCES) {
    expect(['Completed', 'Failed'], `${where}: ${id}`).toContain(world.status(id).runtimeStatus);
  }
}
