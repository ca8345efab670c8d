/** Another check is asked of what was promoted: it stays while it is asked, and a person is told what came of it. */
import { afterEach, describe, expect, it } from 'vitest';
import { readGate } from '../../shared/ledger/gate-book.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { call } from '../unit/functions/http/call.ts';
import { HOUR, watching } from './current-world.ts';
import { blue, gateWorld, green, MINUTE, type GateWorld } from './gate-world.ts';
import { steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
afterEach(() => world.close());

function begin(): void {
  world = gateWorld();
  on = steering(world);
}
const { announced, evidence, seen, sweepAfter } = watching(() => world);

describe('a current digest of which another check is asked now', () => {
  const stricter = () =>
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } }),
    );

  it('is asked that at the next sweep, and stays while it is asked', async () => {
    begin();
    world.checksAnswer(() => 0);
    const digest = await on.pushed(green);
    world.ports.runs.answer(() => undefined);
    stricter();

    await sweepAfter(5 * MINUTE);

    expect(await evidence(digest, 'functional')).toMatchObject({ state: 'running', attempt: 2 });
    expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect((await seen()).open).toEqual([]);
    const { text } = await call({ ...world.surroundings, stories: world.stories }, 'getCandidate', {
      params: { gate: 'node', digest },
    });
    expect(JSON.parse(text)).toMatchObject({ state: 'settled', askedAgainSince: expect.any(String) as string });
    world.endCheck(1);
    await world.pass(MINUTE);
    expect(announced('recallProposed')).toMatchObject([{ data: { digest } }]);
    expect(await world.stable()).toBe(digest);
  });

  it('is asked though the gate is held and frozen, and rests with what its candidate waits for', async () => {
    begin();
    world.checksAnswer(() => 0);
    await on.pushed(green);
    await on.ask('holdGate', { gate: 'node' });
    const waiting = await on.pushed(blue);
    world.checksAnswer((digest) => (digest === green.manifest.digest ? 1 : 0));
    stricter();

    await sweepAfter(5 * MINUTE);

    expect(announced('recallProposed')).toHaveLength(1);
    expect((await world.gate()).resting).toMatchObject({ digest: waiting, reason: { kind: 'held' } });
  });

  it('goes on after its trouble, which is its own', async () => {
    begin();
    world.checksAnswer(() => 0);
    const digest = await on.pushed(green);
    stricter();
    for (let times = 0; times < 6; times++)
      world.ports.runs.failNext('startQuickRun', new Error('no quick runs today'));

    await sweepAfter(5 * MINUTE);
    await sweepAfter(HOUR);
    await sweepAfter(HOUR);

    expect(await evidence(digest, 'functional')).toMatchObject({ state: 'done', verdict: 'pass' });
    expect((await readGate(world.ports.ledger, 'node')).again.size).toBe(0);
  });
});
