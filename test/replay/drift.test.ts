/** Tags that somebody else moves, and what the app does about it: its own late attempts it undoes, everything else it says. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { readGate } from '../../shared/ledger/gate-book.ts';
import { GATE } from '../../shared/ledger/gate-rows.ts';
import { put } from '../../shared/ledger/rows.ts';
import { blue, gateWorld, green, MINUTE, red, STABLE, type GateWorld, type WorldOptions } from './gate-world.ts';

let world: GateWorld;
beforeEach(() => begin());
async function begin(options: WorldOptions = {}): Promise<void> {
  world = gateWorld({}, options);
  world.checksAnswer(() => 0);
  world.push(green);
  await world.wake('runGate', 'node');
  await world.pass(3_000);
}
afterEach(() => world.close());

const stableTag = parseTagReference(STABLE);
const uniqueTag = parseTagReference('base.azurecr.io/node:15-alpine-ca1');
const drifts = () =>
  world.ports.announcements.announced.flatMap(({ type, data }) => (type === 'driftFound' ? [data] : []));

async function sweepAfter(minutes: number) {
  await world.pass(minutes * MINUTE);
  await world.wake('sweep', '');
  await world.pass(3_000);
}

describe('a stable tag that somebody has moved', () => {
  it('is announced once and left as it is', async () => {
    await begin({ on: 'host' });
    world.ports.registries.put(STABLE, red.manifest);

    await sweepAfter(61);
    await sweepAfter(61);

    expect(drifts()).toEqual([expect.objectContaining({ tag: STABLE, found: red.manifest.digest, mended: false })]);
    expect(await world.stable()).toBe(red.manifest.digest);
    await world.everyGenerationReplays('gate-node');
  });

  it('is announced again when it was right in between', async () => {
    world.ports.registries.put(STABLE, red.manifest);
    await sweepAfter(61);
    world.ports.registries.put(STABLE, green.manifest);
    await world.wake('runGate', 'node');
    world.ports.registries.put(STABLE, red.manifest);

    await sweepAfter(61);

    expect(drifts()).toHaveLength(2);
  });

  it('is announced when it is deleted', async () => {
    world.ports.registries.removeTag(stableTag);

    await sweepAfter(61);

    expect(drifts()).toEqual([expect.objectContaining({ found: 'none' })]);
  });

  it('is taken over by the next promotion', async () => {
    world.ports.registries.put(STABLE, red.manifest);
    await sweepAfter(61);

    const digest = world.push(blue);
    await sweepAfter(1);

    expect(await world.stable()).toBe(digest);
    expect((await world.gate()).drift).toEqual({});
  });

  it('is not looked at in every sweep', async () => {
    world.ports.registries.put(STABLE, red.manifest);
    await sweepAfter(61);
    world.ports.registries.calls.splice(0);

    await sweepAfter(5);

    expect(world.ports.registries.calls.filter(({ method }) => method !== 'tags')).toEqual([]);
  });
});

describe('an attempt of this gate that reaches the stable tag too late', () => {
  beforeEach(async () => {
    const { gate } = await readGate(world.ports.ledger, 'node');
    if (!gate) throw new Error('no gate');
    const dropped = [red.manifest.digest];
    await world.ports.ledger.write('gates', 'node', [put(GATE, gate, { ...gate.value, dropped })]);
    world.ports.registries.put(STABLE, red.manifest);
  });

  it('is undone, and that is said', async () => {
    await sweepAfter(61);

    expect(await world.stable()).toBe(green.manifest.digest);
    expect(drifts()).toEqual([expect.objectContaining({ found: red.manifest.digest, mended: true })]);
  });

  it('is said to be there when the tag may not be moved, and not tried for ever', async () => {
    await world.ports.registries.lockTag(stableTag);

    await sweepAfter(61);
    await sweepAfter(61);

    expect(drifts()).toEqual([expect.objectContaining({ mended: false })]);
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'nothing-to-do' });
  });
});

it('a late move of the stable tag to the promotion before is undone', async () => {
  world.push(blue);
  await sweepAfter(1);
  world.ports.registries.put(STABLE, green.manifest);

  await sweepAfter(61);

  expect(await world.stable()).toBe(blue.manifest.digest);
});

describe('a unique tag', () => {
  it('that was deleted is made again and locked', async () => {
    world.ports.registries.removeTag(uniqueTag);

    await sweepAfter(61);

    expect(await world.ports.registries.digestOf(uniqueTag)).toBe(green.manifest.digest);
    expect(world.ports.registries.isLocked(uniqueTag)).toBe(true);
    expect(drifts()).toEqual([expect.objectContaining({ mended: true })]);
  });

  it('that was unlocked and moved is announced once, and left as it is', async () => {
    world.ports.registries.put(uniqueTag, red.manifest);

    await sweepAfter(61);
    await sweepAfter(61);

    expect(await world.ports.registries.digestOf(uniqueTag)).toBe(red.manifest.digest);
    expect(drifts()).toEqual([expect.objectContaining({ found: red.manifest.digest, mended: false })]);
  });

  it('of the promotion before is looked after too', async () => {
    world.push(blue);
    await sweepAfter(1);
    world.ports.registries.removeTag(uniqueTag);

    await sweepAfter(61);

    expect(await world.ports.registries.digestOf(uniqueTag)).toBe(green.manifest.digest);
  });
});
