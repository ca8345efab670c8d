/** A gate that only observes decides as any other, and touches no tag; what it would have promoted waits for the day it may. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { valid, type Change } from '../unit/domain/policy-fixture.ts';
import { blue, gateWorld, green, MINUTE, red, STABLE, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

const OBSERVE: Change = { gates: { 'soak: 3d': 'soak: 0s\n    mode: observe' } };
const ENFORCE: Change = { gates: { 'soak: 3d': 'soak: 0s' } };

async function pushed(what: typeof green) {
  const digest = world.push(what);
  await sweep();
  return digest;
}

async function sweep() {
  await world.wake('sweep', '');
  await world.pass(3_000);
}

const announced = () => world.ports.announcements.announced.map(({ type }) => type);

describe('a gate that observes', () => {
  it('says what it would have promoted, and promotes nothing', async () => {
    world = gateWorld(OBSERVE, { on: 'host' });
    world.checksAnswer(() => 0);
    world.ports.registries.put(STABLE, blue.manifest);

    const digest = await pushed(green);

    expect(await world.outcome(digest)).toEqual({ kind: 'observed' });
    expect(announced()).toEqual(['sighted', 'observed']);
    expect(await world.stable()).toBe(blue.manifest.digest);
    expect(await world.ports.registries.tags(parseTagReference(STABLE))).toHaveLength(1);
    await world.everyGenerationReplays('gate-node');
  });

  it('rejects as any other gate does', async () => {
    world = gateWorld(OBSERVE);
    world.checksAnswer(() => 1);

    const digest = await pushed(red);

    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected' });
  });

  it('counts with what it has observed: an older one that comes late is superseded', async () => {
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 1h\n    mode: observe\n    whenReplaced: keep' } });
    world.checksAnswer(() => 0);
    const older = await pushed(green);
    await world.pass(MINUTE);
    const newer = await pushed(blue);

    await world.pass(62 * MINUTE);
    await sweep();

    expect(await world.outcome(newer)).toEqual({ kind: 'observed' });
    expect(await world.outcome(older)).toEqual({ kind: 'superseded', by: 2 });
  });

  it('that may promote from now on promotes what it observed last, if the upstream still points at it, without asking again', async () => {
    world = gateWorld(OBSERVE);
    world.checksAnswer(() => 0);
    await pushed(blue);
    const digest = await pushed(green);

    world.ports.policies.set(valid(ENFORCE));
    await sweep();

    expect(await world.stable()).toBe(digest);
    expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect(await world.outcome(blue.manifest.digest)).toEqual({ kind: 'observed' });
    expect((await world.gate()).shadow).toBeUndefined();
    expect(world.ports.runs.started).toHaveLength(2);
  });

  it('that may promote from now on promotes nothing that has left the upstream', async () => {
    world = gateWorld(OBSERVE);
    world.checksAnswer((digest) => (digest === green.manifest.digest ? 0 : 1));
    await pushed(green);
    await pushed(red);

    world.ports.policies.set(valid(ENFORCE));
    await sweep();

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).shadow).toBeUndefined();
  });

  it('gives up a promotion that was begun before it was told to observe', async () => {
    const policies = { set: () => {} };
    world = gateWorld(
      {},
      {
        wrap: async (name, run) => {
          const answer = await run();
          if (name === 'lockUnique') policies.set();
          return answer;
        },
      },
    );
    policies.set = () => world.ports.policies.set(valid(OBSERVE));
    world.checksAnswer(() => 0);

    const digest = await pushed(green);

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).intention).toBeUndefined();
    expect(await world.outcome(digest)).toEqual({ kind: 'observed' });
  });
});
