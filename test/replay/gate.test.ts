import { afterEach, describe, expect, it } from 'vitest';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { GATE, readGate } from '../../shared/ledger/gate-book.ts';
import { put } from '../../shared/ledger/rows.ts';
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

  it('asks an unknown verdict again after 1, 10 and 60 minutes and then rejects it as undecided', async () => {
    world = gateWorld();
    world.checksAnswer(() => 125);
    const digest = world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(3_000);
    for (const minutes of [1, 10, 60]) {
      expect((await world.gate()).resting?.reason.kind).toBe('checking-again');
      await world.pass(minutes * MINUTE);
      await world.wake('sweep', '');
      await world.pass(3_000);
    }

    expect(world.ports.runs.started).toHaveLength(4);
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'undecided' } });
    expect(await world.stable()).toBeUndefined();
  });

  it('takes no result line but the one with its own nonce', async () => {
    world = gateWorld();
    world.push(green);
    await world.wake('runGate', 'node');

    world.endCheck(0, { nonce: 'guessed' });
    await world.pass(3_000);

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting?.reason.kind).toBe('checking-again');
  });

  it('takes a run that Azure gave up for trouble, not for a verdict: checks again at once, and then after a rest', async () => {
    world = gateWorld();
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    world.endCheck('error');
    await world.pass(3_000);
    expect(world.ports.runs.started).toHaveLength(2);

    world.endCheck('error');
    await world.pass(3_000);
    expect(world.ports.runs.started).toHaveLength(2);
    expect((await world.gate()).resting?.reason).toMatchObject({ kind: 'trouble' });

    world.checksAnswer(() => 0);
    await world.pass(2 * MINUTE);
    await world.wake('sweep', '');
    await world.pass(3_000);

    expect(await world.stable()).toBe(digest);
  });

  it('waits while it is held, says who holds it, and goes on when the hold is lifted', async () => {
    world = gateWorld();
    world.checksAnswer(() => 0);
    const digest = world.push(green);
    await hold({ by: 'ada', why: 'release freeze', at: 1 });

    await world.wake('runGate', 'node');
    await world.pass(3_000);
    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'held', by: 'ada', why: 'release freeze' });

    await hold(undefined);
    await world.wake('runGate', 'node');
    expect(await world.stable()).toBe(digest);
  });

  it('obeys a hold that comes right before the stable tag would move, and drops the promotion', async () => {
    world = gateWorld(
      {},
      {
        wrap: async (name, run) => {
          const answer = await run();
          if (name === 'lockUnique') await hold({ by: 'ada', why: 'stop', at: 1 });
          return answer;
        },
      },
    );
    world.checksAnswer(() => 0);
    world.push(green);

    await world.wake('runGate', 'node');
    await world.pass(3_000);

    expect(await world.stable()).toBeUndefined();
    const gate = await world.gate();
    expect(gate.intention).toBeUndefined();
    expect(gate.resting?.reason).toMatchObject({ kind: 'held' });
  });

  it('soaks from the start of the unbroken sighting, and is due then', async () => {
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 2h' } });
    world.checksAnswer(() => 0);
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'soaking' });

    await world.pass(119 * MINUTE);
    await world.wake('sweep', '');
    expect(await world.stable()).toBeUndefined();
    await world.pass(MINUTE);
    await world.wake('sweep', '');

    expect(await world.stable()).toBe(digest);
  });

  it('believes a 404 only a minute later, and then rejects as withdrawn', async () => {
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 2h' } });
    world.checksAnswer(() => 0);
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);

    world.ports.upstreams.gone(UPSTREAM);
    await world.wake('runGate', 'node');
    expect(await world.outcome(digest)).toBeUndefined();
    await world.pass(MINUTE + 1);
    await world.wake('sweep', '');

    expect(await world.outcome(digest)).toEqual({ kind: 'rejected', reason: { kind: 'withdrawn' } });
  });

  it('rests with a back-off while the upstream cannot be asked, and never rejects for it', async () => {
    world = gateWorld();
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    world.ports.upstreams.unreachable(UPSTREAM, 'connection refused');
    world.endCheck(0);
    await world.pass(3_000);
    expect((await world.gate()).resting?.reason).toEqual({
      kind: 'upstream-unreachable',
      message: 'connection refused',
    });
    expect(await world.stable()).toBeUndefined();

    world.push(green);
    await world.pass(2 * MINUTE);
    await world.wake('sweep', '');

    expect(await world.stable()).toBe(digest);
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

async function hold(value: { by: string; why: string; at: number } | undefined): Promise<void> {
  const { ledger } = world.ports;
  const { gate } = await readGate(ledger, 'node');
  const empty = { sequence: 0, attempts: 0, followersDue: false, failures: 0, handled: 0, lookedAt: 0 };
  await ledger.write('gates', 'node', [put(GATE, gate, { ...(gate?.value ?? empty), hold: value })]);
}
