/** What becomes of a candidate: promoted, rejected, superseded or failed, and under which tags. */
import { afterEach, describe, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { image, imageIndex } from '../fakes/images.ts';
import { blue, gateWorld, green, MINUTE, red, STABLE, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

describe('a gate', () => {
  it('promotes what passes its checks: a locked unique tag with the run, then the stable tag', async () => {
    world = gateWorld({}, { on: 'host' });
    const digest = world.push(green);

    await world.wake('runGate', 'node');
    world.endCheck(0);
    await world.pass(3_000);

    expect(await world.stable()).toBe(digest);
    const unique = parseTagReference('base.azurecr.io/node:15-alpine-ca1');
    expect(await world.ports.registries.digestOf(unique)).toBe(digest);
    expect(world.ports.registries.isLocked(unique)).toBe(true);
    expect(world.ports.registries.isProtected({ ...unique, digest })).toBe(true);
    expect(await world.outcome(digest)).toEqual({ kind: 'promoted', unique: '15-alpine-ca1' });
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'nothing-to-do' });
    expect(announced()).toEqual(['sighted', 'promoted']);
    await world.everyPrefixReplays(world.history('gate-node'));
  });

  it('rejects what fails a check, with what it said, and leaves the stable tag', async () => {
    world = gateWorld();
    world.checksAnswer((digest) => (digest === red.manifest.digest ? 1 : 0));
    const good = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    const bad = world.push(red);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.stable()).toBe(good);
    expect(await world.outcome(bad)).toEqual({
      kind: 'rejected',
      reason: { kind: 'check-failed', checks: ['functional'], details: ['exit code 1', 'the colour is red'] },
    });
    await world.wake('sweep', '');
    expect(await world.stable()).toBe(good);
    expect(announced()).toEqual(['sighted', 'promoted', 'sighted', 'rejected']);
  });

  it('supersedes a candidate when a newer digest is pushed while its check runs, in the same instance', async () => {
    world = gateWorld();
    const older = world.push(green);
    await world.wake('runGate', 'node');

    const newer = world.push(blue);
    await world.pass(3_000);
    world.endCheck(0);
    await world.pass(3_000);

    expect(await world.outcome(older)).toEqual({ kind: 'superseded', by: 2 });
    expect(await world.stable()).toBe(newer);
  });

  it('does not let a rejected digest through when it comes back', async () => {
    world = gateWorld();
    world.checksAnswer((digest) => (digest === red.manifest.digest ? 1 : 0));
    const bad = world.push(red);
    await world.wake('runGate', 'node');
    await world.pass(3_000);
    const good = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    world.push(red);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.stable()).toBe(good);
    expect(await world.outcome(bad)).toMatchObject({ kind: 'rejected' });
    expect(world.ports.runs.started).toHaveLength(2);
  });

  it('adopts what the stable tag pointed at before its first promotion', async () => {
    world = gateWorld();
    world.checksAnswer(() => 0);
    world.ports.registries.put(STABLE, blue.manifest);
    const digest = world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(3_000);

    const adopted = parseTagReference(`base.azurecr.io/node:15-alpine-${blue.manifest.digest.slice(7, 19)}`);
    expect(await world.ports.registries.digestOf(adopted)).toBe(blue.manifest.digest);
    expect(world.ports.registries.isLocked(adopted)).toBe(true);
    expect(await world.stable()).toBe(digest);
  });

  it('takes another unique tag when somebody else has taken its name', async () => {
    world = gateWorld();
    world.checksAnswer(() => 0);
    world.ports.registries.put('base.azurecr.io/node:15-alpine-ca1', blue.manifest);
    const digest = world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.ports.registries.digestOf(parseTagReference('base.azurecr.io/node:15-alpine-ca1.2'))).toBe(
      digest,
    );
    expect((await world.gate()).current?.unique).toBe('15-alpine-ca1.2');
  });

  it('writes trouble with a candidate on it and lets a newer one pass', async () => {
    world = gateWorld();
    world.checksAnswer(() => 0);
    const stuck = world.push(green);
    for (let tries = 0; tries < 5; tries++) world.ports.registries.failNext('import', new Error('the copy broke off'));
    await world.wake('runGate', 'node');
    await world.pass(MINUTE);
    expect((await world.gate()).resting).toMatchObject({
      digest: stuck,
      reason: { kind: 'trouble', message: 'the copy broke off' },
    });

    const newer = world.push(blue);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.stable()).toBe(newer);
    await world.pass(5 * MINUTE);
    await world.wake('sweep', '');
    expect(await world.outcome(stuck)).toMatchObject({ kind: 'superseded' });
  });

  it('fails an image that has not the wanted platform, naming what it has', async () => {
    world = gateWorld();
    const arm = image(['base'], 'linux/arm64');
    const index = imageIndex([arm]);
    world.ports.upstreams.set(UPSTREAM, index);

    await world.wake('runGate', 'node');

    expect(await world.outcome(index.digest)).toEqual({
      kind: 'failed',
      reason: { kind: 'unusable', message: 'it has no linux/amd64; it offers linux/arm64' },
    });
  });
});

const announced = () =>
  world.ports.announcements.announced.filter(({ subject }) => subject === 'node').map(({ type }) => type);
