/** What a person asks again or stops, through the API, while the stories run. */
import { afterEach, describe, expect, it } from 'vitest';
import { builder } from './building-world.ts';
import { blue, green, red, type GateWorld } from './gate-world.ts';
import { steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
function begin(...how: Parameters<typeof builder>): void {
  world = builder(...how);
  on = steering(world);
}
afterEach(() => world.close());

describe('asking again', () => {
  it('checks a rejected candidate once more, and promotes it when it passes now', async () => {
    begin();
    world.checksAnswer(() => 1);
    const digest = await on.pushed(red);
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected' });
    world.checksAnswer(() => 0);

    await on.ask('requestRecheck', { gate: 'node', digest });

    expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect(await world.stable()).toBe(digest);
  });

  it('overtakes a check under way: its run is cancelled, and what it would have said counts for nothing', async () => {
    begin();
    world.ports.runs.answer(() => undefined);
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    await on.ask('requestRecheck', { gate: 'node', digest });

    const quick = world.ports.runs.started.filter((one) => one.quick);
    expect(quick).toHaveLength(2);
    const host = world.surroundings.quarantine;
    expect(await world.ports.runs.run({ host, runId: quick[0]?.runId ?? '' })).toMatchObject({ state: 'canceled' });
    world.endCheck(0);
    await world.pass(10_000);
    expect(await world.stable()).toBe(digest);
  });

  it('builds again after the third failure, when a person asks', async () => {
    let broken = true;
    begin({ fails: () => broken });
    await on.pushed(green);
    for (let sweeps = 0; sweeps < 8; sweeps++) {
      await world.pass(300_000);
      await world.wake('sweep', '');
    }
    expect(on.builds()).toBe(3);
    broken = false;

    await on.ask('requestBuild', { image: 'hello' });

    expect(on.builds()).toBe(4);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
  });
});

describe('a candidate that is stopped', () => {
  it('has its runs cancelled when it is aborted', async () => {
    begin();
    world.ports.runs.answer(() => undefined);
    const digest = world.push(green);
    await world.wake('runGate', 'node');

    await on.ask('abortCandidate', { gate: 'node', digest });

    const [run] = world.ports.runs.started;
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'aborted' } });
    const host = world.surroundings.quarantine;
    expect(await world.ports.runs.run({ host, runId: run?.runId ?? '' })).toMatchObject({ state: 'canceled' });
  });

  it('is settled though its run cannot be cancelled, and that is logged', async () => {
    begin();
    world.ports.runs.answer(() => undefined);
    const older = world.push(green);
    await world.wake('runGate', 'node');
    world.ports.runs.failNext('cancel', new Error('busy'));

    world.push(blue);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.outcome(older)).toEqual({ kind: 'superseded', by: 2 });
    expect(world.logged).toEqual(['run ca1 not cancelled: busy']);
  });
});
