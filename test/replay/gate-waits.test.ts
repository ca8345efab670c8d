/** A gate that cannot go on yet: no verdict, a hold, a soak, or an upstream that does not answer. */
import { afterEach, describe, expect, it } from 'vitest';
import { readGate } from '../../shared/ledger/gate-book.ts';
import { GATE } from '../../shared/ledger/gate-rows.ts';
import { put } from '../../shared/ledger/rows.ts';
import { gateWorld, green, MINUTE, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

describe('a gate', () => {
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
});

async function hold(value: { by: string; why: string; at: number } | undefined): Promise<void> {
  const { ledger } = world.ports;
  const { gate } = await readGate(ledger, 'node');
  const empty = { sequence: 0, attempts: 0, followersDue: false, failures: 0, handled: 0, lookedAt: 0 };
  await ledger.write('gates', 'node', [put(GATE, gate, { ...(gate?.value ?? empty), hold: value })]);
}
