/**
 * What a deployment meets in the middle of something long: a check, a build, a container group that does not answer yet, a sweep. And what an
 * earlier version left behind: requests in the task hub, rows in the ledger.
 */
import { describe, expect, it } from 'vitest';
import { openDatabase } from '../../local/host/durable/database.ts';
import { EventType } from '../../local/host/durable/history.ts';
import { readSweep } from '../../shared/ledger/sweep-book.ts';
import type { Started } from '../fakes/runs.ts';
import type { StoryChange } from '../fixtures/next-version.ts';
import { builder, endingOf, PAGE } from './building-world.ts';
import { green, type GateWorld } from './gate-world.ts';
import { activitiesOfALife, astray, expectTheEnd, goOn, INSTANCES, live, sweeps, upgradedAt } from './upgrading.ts';

const otherLook = (before: string): StoryChange => ({ kind: 'added', activity: 'askTheWeather', before });

describe('the next version goes on with', () => {
  it('a check that is under way: it is not asked twice', async () => {
    const { first, database } = underWay(({ quick }) => quick !== undefined);
    await live(first);
    await first.close({ graceMs: 0 });

    const world = await goOn(first, database, otherLook('lookAtGate'));
    await world.pass(60_000);
    expect(astray(world)).toEqual(['gate-node']);
    endAll(world);
    await sweeps(world);

    await expectTheEnd(world, 'a check under way');
    expect(world.ports.runs.started.filter(({ quick }) => quick)).toHaveLength(1);
    await world.close();
  });

  it('a build that is under way: it is not built twice', async () => {
    const { first, database } = underWay(({ task }) => task !== undefined);
    await live(first);
    await first.close({ graceMs: 0 });

    const world = await goOn(first, database, otherLook('lookAtImage'));
    await world.pass(60_000);
    expect(astray(world)).toEqual(['build-hello']);
    endAll(world);
    await sweeps(world);

    await expectTheEnd(world, 'a build under way');
    expect(world.ports.runs.started.filter(({ task }) => task)).toHaveLength(1);
    await world.close();
  });

  it('a deployment that is being watched: the group is not put twice', async () => {
    const { first, database } = underWay(() => false);
    first.ports.probes.set(PAGE, { status: 503 });
    await live(first);
    await first.close({ graceMs: 0 });

    const world = await goOn(first, database, otherLook('lookAtRollout'));
    await world.pass(10_000);
    expect(astray(world)).toEqual(['rollout-hello']);
    world.ports.probes.set(PAGE, { status: 200 });
    await sweeps(world);

    await expectTheEnd(world, 'a deployment that is watched');
    expect(world.ports.groups.puts).toHaveLength(1);
    await world.close();
  });

  it('a check that is under way, and so does the version before it when it is rolled back', async () => {
    const { first, database } = underWay(({ quick }) => quick !== undefined);
    await live(first);
    await first.close({ graceMs: 0 });
    const next = await goOn(first, database, otherLook('lookAtGate'));
    await next.pass(5_000);
    await next.wake('sweep', '');
    await next.pass(5_000);
    await next.close({ graceMs: 0 });

    const world = await goOn(next, database);
    await world.pass(60_000);
    expect(astray(world)).toEqual(['gate-node']);
    endAll(world);
    await sweeps(world);

    await expectTheEnd(world, 'rolled back');
    expect(world.ports.runs.started.filter(({ quick }) => quick)).toHaveLength(1);
    await world.close();
  });

  it('nothing of a sweep that is of another version; the next sweep is whole', async () => {
    const database = openDatabase(':memory:');
    const first = builder(
      {},
      {},
      { database, wrap: (name, run) => (name === 'sweepGates' ? new Promise(() => {}) : run()) },
    );
    first.push(green);
    void first.wake('sweep', '');
    while (!first.calls.some(({ name }) => name === 'sweepGates'))
      await new Promise((resolve) => setImmediate(resolve));
    await first.close({ graceMs: 0 });

    const world = await goOn(first, database, { kind: 'renamed', activity: 'findWork', to: 'findEverything' });
    expect(astray(world)).toEqual(['sweep']);
    await sweeps(world);

    await expectTheEnd(world, 'a sweep of another version');
    expect(world.status('sweep').runtimeStatus).toBe('Completed');
    await world.close();
  });
});

it('says in the next sweep which instance failed, and why', async () => {
  const { first, database } = underWay(({ quick }) => quick !== undefined);
  await live(first);
  await first.close({ graceMs: 0 });
  const world = await goOn(first, database, otherLook('lookAtGate'));
  await world.pass(60_000);

  await world.wake('sweep', '');
  await world.pass(1_000);

  const { problems, started } = (await readSweep(world.ports.ledger)) ?? {};
  expect(problems).toEqual([expect.stringMatching(/^instance "gate-node" failed: .*Non-Deterministic/)]);
  expect(started).toContain('runGate node');
  await world.close();
});

describe('a request that an earlier version left in the task hub', () => {
  it.each([
    ['startCheck', 'at'],
    ['completePromotion', 'record'],
    ['startBuild', 'given'],
    ['deployApp', 'putBack'],
    ['restGate', 'reason'],
  ])('to %s, without "%s", is refused and asked again with it', { timeout: 30_000 }, async (activity, property) => {
    const at = (await activitiesOfALife()).indexOf(activity) + 1;

    const world = await upgradedAt({ at, how: 'before' }, undefined, {
      kind: 'asks-less',
      activity,
      without: property,
    });
    await sweeps(world);

    await expectTheEnd(world, activity);
    const [refused] = world.log.filter(({ message }) => message.includes('was asked by another version'));
    expect(refused?.message).toContain(`activity "${activity}"`);
    expect(refused?.message).toContain(property);
    expect(astray(world)).toEqual([]);
    await world.close();
  });
});

describe('an answer that an earlier version left in a history', () => {
  it.each([
    ['lookAtGate', 'state'],
    ['beginPromotion', 'attempt'],
    ['readBackUnique', 'layers'],
    ['lookAtImage', 'state'],
    ['restGate', 'again'],
  ])('of %s, without "%s", costs a wait and no more', { timeout: 30_000 }, async (activity, property) => {
    const at = (await activitiesOfALife()).indexOf(activity) + 1;
    let answered = '';
    const answering = (answer: object): object => {
      const older = Object.fromEntries(Object.entries(answer).filter(([name]) => name !== property));
      answered = JSON.stringify(older);
      return older;
    };

    const world = await upgradedAt({ at, how: 'told', answering });
    expect(answersIn(world)).toContain(answered);
    await sweeps(world);

    await expectTheEnd(world, activity);
    await world.close();
  });
});

/** As the histories have them. */
const answersIn = (world: GateWorld): (string | null)[] =>
  INSTANCES.filter((id) => world.durable.status(id))
    .flatMap((id) => world.history(id))
    .flatMap((event) => (event.EventType === EventType.TaskCompleted ? [event.Result] : []));

/** Everything that a push sets going, but runs that do not end while they are of this kind. */
function underWay(stays: (started: Started) => boolean) {
  const database = openDatabase(':memory:');
  const first = builder({}, {}, { database });
  first.ports.runs.answer((started) => (stays(started) ? undefined : endingOf(first, started)));
  first.push(green);
  return { first, database };
}

/** What was under way ends, and everything that is started from now on ends at once. */
function endAll(world: GateWorld): void {
  const { runs } = world.ports;
  runs.answer((started) => endingOf(world, started));
  for (const started of runs.started) runs.end(started.runId, endingOf(world, started));
}
