/** `whenReplaced: keep`: an upstream that moves faster than candidates soak still gets something through. */
import { afterEach, describe, expect, it } from 'vitest';
import { blue, gateWorld, green, MINUTE, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

const KEEP = { gates: { 'soak: 3d': 'soak: 1h\n    whenReplaced: keep' } };

async function sweepAfter(minutes: number) {
  await world.pass(minutes * MINUTE);
  await world.wake('sweep', '');
  await world.pass(3_000);
}

describe('a gate that keeps what was replaced', () => {
  it('promotes each when it is old enough, the older one first', async () => {
    world = gateWorld(KEEP, { on: 'host' });
    world.checksAnswer(() => 0);
    const older = world.push(green);
    await sweepAfter(0);
    await world.pass(30 * MINUTE);
    const newer = world.push(blue);
    await sweepAfter(0);
    expect(await world.stable()).toBeUndefined();

    await sweepAfter(31);
    expect(await world.stable()).toBe(older);
    await sweepAfter(31);

    expect(await world.stable()).toBe(newer);
    await world.everyGenerationReplays('gate-node');
  });

  it('promotes only the newest of those that became old enough together', async () => {
    world = gateWorld(KEEP);
    world.checksAnswer(() => 0);
    const older = world.push(green);
    await sweepAfter(0);
    const newer = world.push(blue);
    await sweepAfter(0);

    await sweepAfter(65);

    expect(await world.stable()).toBe(newer);
    expect(await world.outcome(older)).toMatchObject({ kind: 'superseded' });
  });

  it('promotes what is gone upstream', async () => {
    world = gateWorld(KEEP);
    world.checksAnswer(() => 0);
    const digest = world.push(green);
    await sweepAfter(0);

    world.ports.upstreams.gone(UPSTREAM);
    await sweepAfter(2);
    await sweepAfter(61);

    expect(await world.stable()).toBe(digest);
  });
});
