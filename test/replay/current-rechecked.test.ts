/** A person has what is promoted checked again: nothing moves by itself, and what fails is a proposal to recall it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { dayOf, readJournal } from '../../shared/ledger/journal-book.ts';
import { call } from '../unit/functions/http/call.ts';
import { blue, gateWorld, green, MINUTE, STABLE, type GateWorld, type WorldOptions } from './gate-world.ts';

let world: GateWorld;
beforeEach(() => begin());
function begin(options: WorldOptions = {}): void {
  world = gateWorld({}, options);
  world.checksAnswer(() => 0);
}
afterEach(() => world.close());

async function pushed(what: typeof green): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
  return digest;
}
async function ask(name: string, digest: Digest): Promise<void> {
  const { status, text } = await call({ ...world.surroundings, stories: world.stories }, name, {
    at: world.clock.now(),
    params: { gate: 'node', digest },
    body: { reason: 'CVE-2026-1' },
  });
  expect(status, text).toBe(202);
  await world.pass(MINUTE);
}
const recheck = (digest: Digest) => ask('requestRecheck', digest);
const announced = (type: string) => world.ports.announcements.announced.filter((one) => one.type === type);
const evidence = async (digest: Digest, check: string) =>
  (await readCandidate(world.ports.ledger, 'node', digest))?.evidence.get(check)?.value.evidence;

describe('a current digest that a person wants checked again', () => {
  it('is checked at once and stays what it is; who asked is in the journal', async () => {
    begin({ on: 'host' });
    const digest = await pushed(green);
    const before = await world.gate();

    await recheck(digest);

    expect(await evidence(digest, 'functional')).toMatchObject({ verdict: 'pass', attempt: 2 });
    expect((await world.gate()).current).toEqual(before.current);
    expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect(announced('promoted')).toHaveLength(1);
    const journal = (await readJournal(world.ports.ledger, dayOf(world.clock.now()))).map(({ entry }) => entry);
    expect(journal).toContainEqual(
      expect.objectContaining({ what: 'recheck', by: 'local-operator', why: 'CVE-2026-1' }),
    );
    expect(journal).toContainEqual(expect.objectContaining({ what: 'asked again' }));
    await world.everyGenerationReplays('gate-node');
  });

  it('and fails now is proposed to be recalled: nothing moves', async () => {
    await pushed(green);
    const digest = await pushed(blue);
    world.checksAnswer(() => 1);

    await recheck(digest);

    expect(announced('recallProposed')).toMatchObject([{ data: { digest } }]);
    expect(await world.stable()).toBe(digest);
  });

  it('is asked anew when somebody asks while it is asked', async () => {
    const digest = await pushed(green);
    world.ports.runs.answer(() => undefined);
    await recheck(digest);

    world.checksAnswer(() => 1);
    await recheck(digest);
    await world.pass(MINUTE);

    expect(await evidence(digest, 'functional')).toMatchObject({ verdict: 'fail', attempt: 3 });
    expect(announced('recallProposed')).toHaveLength(1);
  });

  it('may be what a recall put back, even one that was adopted', async () => {
    world.ports.registries.put(STABLE, green.manifest);
    world.ports.registries.putJson(green.config);
    const bad = await pushed(blue);
    await ask('recallDigest', bad);
    const adopted = green.manifest.digest;
    expect(await world.stable()).toBe(adopted);
    const attempt = (await evidence(adopted, 'functional'))?.attempt ?? 0;

    await recheck(adopted);

    expect(await evidence(adopted, 'functional')).toMatchObject({ verdict: 'pass', attempt: attempt + 1 });
    expect(await world.stable()).toBe(adopted);
  });
});
