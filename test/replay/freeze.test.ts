/** Freezes while the stories run: of the policy, of a person, and what two people let through. */
import { afterEach, describe, expect, it } from 'vitest';
import { call, principal } from '../unit/functions/http/call.ts';
import { builder } from './building-world.ts';
import { blue, green, MINUTE, type GateWorld, type WorldOptions } from './gate-world.ts';
import { START } from './harness.ts';
import { steering } from './steering.ts';

let world: GateWorld;
let on: ReturnType<typeof steering>;
afterEach(() => world.close());

const HOUR = 60 * MINUTE;
/** A play begins on a Monday at 08:00 in UTC. */
const MONDAY = '[{ from: Mon, to: Mon, zone: UTC }]';
const TUESDAY = START + 16 * HOUR;

function begin(gates: Record<string, string> = {}, options: WorldOptions = {}): void {
  world = builder({}, { gates: { 'soak: 3d': 'soak: 0s', ...gates } }, options);
  on = steering(world);
}

async function sweepAfter(ms: number): Promise<void> {
  await world.pass(ms);
  await world.wake('sweep', '');
  await world.pass(60_000);
}

const asks = (id: string, digest: string) =>
  call({ ...world.surroundings, stories: world.stories }, 'requestOverride', {
    params: { gate: 'node', digest },
    body: { skip: 'freeze', reason: 'CVE-2026-1234' },
    authMode: 'entra',
    headers: principal(['operator'], { id }),
  });

describe('a window of the policy', () => {
  it('over a gate lets checks go on, stops the promotion, and ends by itself', async () => {
    begin({ 'soak: 3d': `freeze: ${MONDAY}` }, { on: 'host' });

    const digest = await on.pushed(green);

    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).resting).toMatchObject({
      reason: { kind: 'frozen', why: 'by the policy: Mon 00:00 to Mon 24:00 (UTC)' },
      dueAt: TUESDAY,
    });
    await sweepAfter(16 * HOUR);
    expect(await world.stable()).toBe(digest);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
    await world.everyGenerationReplays('gate-node');
  });

  it('over an app lets it be promoted and built, and deployed when it ends', async () => {
    begin({ 'runs: hello': `runs: hello\n    freeze: ${MONDAY}` }, { on: 'host' });

    const digest = await on.pushed(green);

    expect(await world.stable()).toBe(digest);
    expect((await on.image())?.newest).toBeDefined();
    expect(await on.page()).toBeUndefined();
    expect(await on.rolloutReason()).toMatchObject({ kind: 'frozen', app: 'web', until: TUESDAY });
    await sweepAfter(16 * HOUR);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
    await world.everyPrefixReplays(world.history('rollout-hello'));
  });

  it('stops a promotion that was begun, right before the stable tag would move', async () => {
    begin({ 'soak: 3d': 'freeze: [{ from: Mon 09:00, to: Mon 10:00 }]' });
    const digest = world.push(green);
    const { lockTag } = world.surroundings.registries;
    let locked = false;
    world.surroundings.registries.lockTag = async (tag) => {
      // The clock strikes nine between the lock of the unique tag and the last look.
      if (!locked) world.clock.advance(HOUR);
      locked = true;
      return lockTag(tag);
    };

    await world.wake('runGate', 'node');
    await world.pass(20_000);

    expect(locked).toBe(true);
    expect(await world.stable()).toBeUndefined();
    expect((await world.gate()).intention).toBeUndefined();
    await sweepAfter(HOUR);
    expect(await world.stable()).toBe(digest);
  });
});

describe('a person’s freeze of everything', () => {
  const until = { until: new Date(Date.now() + HOUR).toISOString(), reason: 'sale' };

  it('stops promotion, build and deployment, and ending it lets everything go on', async () => {
    begin();
    await on.pushed(green);
    const before = await on.page();
    await on.ask('freezeAll', {}, until);

    const digest = await on.pushed(blue);

    expect(await world.stable()).not.toBe(digest);
    expect((await world.gate()).resting?.reason).toEqual({ kind: 'frozen', why: 'by local-operator: sale' });
    expect(await on.page()).toBe(before);
    await on.ask('thawAll', {}, {});
    await world.pass(60_000);
    expect(await world.stable()).toBe(digest);
    expect((await on.image())?.newest?.base?.digest).toBe(digest);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
  });

  it('is noticed to be over by a sweep, when whoever ended it could ask nobody', async () => {
    begin();
    await on.ask('freezeAll', {}, until);
    const digest = await on.pushed(green);
    const deaf = { ...world.stories, start: () => Promise.reject(new Error('the task hub is away')) };

    const answer = await call({ ...world.surroundings, stories: deaf }, 'thawAll');
    expect(answer.json['notAsked']).toContain('node');
    await sweepAfter(5 * MINUTE);

    expect(await world.stable()).toBe(digest);
  });
});

describe('what two people let through a freeze', () => {
  it('is promoted, built on and deployed in it; one person lets nothing through', async () => {
    const frozen = `freeze: ${MONDAY}`;
    begin({ 'soak: 3d': frozen, 'runs: hello': `runs: hello\n    ${frozen}` });
    const digest = await on.pushed(green);

    await asks('ada', digest);
    await world.pass(60_000);
    expect(await world.stable()).toBeUndefined();
    await asks('bob', digest);
    await world.pass(60_000);

    expect(world.clock.now()).toBeLessThan(TUESDAY);
    expect(await world.stable()).toBe(digest);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
  });

  it('is that digest alone, and that opening of it', async () => {
    begin({ 'soak: 3d': `freeze: ${MONDAY}` });
    const digest = await on.pushed(green);
    await asks('ada', digest);
    await on.pushed(blue);

    await on.pushed(green);
    await asks('bob', digest);
    await world.pass(60_000);

    // Ada asked for the opening that blue superseded; Bob is the first to ask for this one.
    expect(await world.stable()).toBeUndefined();
  });
});
