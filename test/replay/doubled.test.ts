/** Law 5: one instance per thing is how work stays simple, not what keeps it correct. Here two task hubs work on one ledger. */
import { describe, expect, it } from 'vitest';
import { readPromotions } from '../../shared/ledger/gate-book.ts';
import { blue, gateWorld, green, MINUTE, type GateWorld, type Wrap } from './gate-world.ts';

/** Each activity of the second hub waits for so many turns of the event loop, so that the two interleave in many ways. */
const LAGS = [0, 1, 2, 3, 5, 8];

describe('two instances of one gate, at work at once,', () => {
  it.each(LAGS)('promote once (%i turns apart)', async (turns) => {
    const [first, second] = doubled(turns);
    const digest = first.push(green);

    await together(first, second);

    expect(await first.stable()).toBe(digest);
    expect(await readPromotions(first.ports.ledger, 'node', { most: 9 })).toHaveLength(1);
    expect(await first.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect((await first.gate()).intention).toBeUndefined();
    expect((await first.gate()).sequence).toBe(1);
    await Promise.all([first.close(), second.close()]);
  });

  it.each(LAGS)('end with the later of two pushes (%i turns apart)', async (turns) => {
    const [first, second] = doubled(turns);
    first.push(green);
    await first.wake('runGate', 'node');

    const later = first.push(blue);
    await together(first, second);

    expect(await first.stable()).toBe(later);
    expect((await first.gate()).current).toMatchObject({ digest: later });
    await Promise.all([first.close(), second.close()]);
  });
});

function doubled(turns: number): [GateWorld, GateWorld] {
  const lagging: Wrap = async (_, run) => {
    for (let turn = 0; turn < turns; turn++) await new Promise((resolve) => setImmediate(resolve));
    return run();
  };
  const first = gateWorld({}, { on: 'host' });
  const second = gateWorld({}, { on: 'host', from: first, wrap: lagging });
  first.checksAnswer(() => 0);
  return [first, second];
}

/** Both at once, and then whatever a sweep still finds to do. */
async function together(first: GateWorld, second: GateWorld): Promise<void> {
  await Promise.all([first.wake('runGate', 'node'), second.wake('runGate', 'node')]);
  for (let minutes = 0; minutes < 5; minutes++) {
    await first.pass(MINUTE);
    await Promise.all([first.settle(), second.settle()]);
  }
  await first.wake('sweep', '');
  await first.pass(MINUTE);
  await second.settle();
}
