/** What a sweep is about to do, and which instances it hears have failed since the one before. */
import { beforeEach, expect, it } from 'vitest';
import { findWork } from '../../../../functions/activities/sweep/find-work.ts';
import { writeSweep } from '../../../../shared/ledger/sweep-book.ts';
import { NOW } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const find = () => findWork(world)({ at: NOW }, world.stories);

it('names everything that the policy looks after', async () => {
  expect(await find()).toEqual({ gates: ['node'], images: ['hello'], rollouts: ['hello'], problems: [], upkeep: true });
});

it('asks for instances that failed since the last sweep ended', async () => {
  await writeSweep(world.ledger, { endedAt: NOW - 7, gates: 1, started: [], ended: [], problems: [] });
  world.stories.failed = async (since) => [`instance "gate-node" failed since ${since}`];

  expect((await find()).problems).toEqual([`instance "gate-node" failed since ${NOW - 7}`]);
});

it('says of hundreds of them how many more there are', async () => {
  world.stories.failed = async () => Array.from({ length: 400 }, (_, number) => `instance "gate-${number}" failed`);

  const { problems } = await find();

  expect(problems).toHaveLength(21);
  expect(problems.at(-1)).toBe('380 more instances failed');
});

it('sweeps all the same when the task hub cannot be asked for them, and says so', async () => {
  world.stories.failed = () => Promise.reject(new Error('the list takes too long'));

  const { gates, problems } = await find();

  expect(gates).toEqual(['node']);
  expect(problems).toEqual(['the task hub could not be asked which instances failed: the list takes too long']);
});
