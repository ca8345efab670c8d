/** A recall of the wrong digest, at three in the morning: how it is taken back, by whom, and what moves then and what does not. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Digest } from '../../shared/domain/reference.ts';
import { dayOf, readJournal } from '../../shared/ledger/journal-book.ts';
import { valid } from '../unit/domain/policy-fixture.ts';
import { call, principal } from '../unit/functions/http/call.ts';
import type { Role } from '../../shared/domain/roles.ts';
import { builder } from './building-world.ts';
import { blue, green, MINUTE, UPSTREAM, type GateWorld, type WorldOptions } from './gate-world.ts';
import { steering } from './steering.ts';

let world: GateWorld;
let earlier: Digest;
let wrong: Digest;
beforeEach(() => begin());
async function begin(options: WorldOptions = {}): Promise<void> {
  world = builder({}, { gates: { 'soak: 3d': 'soak: 0s' } }, options);
  earlier = await pushed(green);
  wrong = await pushed(blue);
}
afterEach(() => world.close());

async function pushed(what: typeof green): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(MINUTE);
  return digest;
}
async function ask(name: string, who: string, asked: { digest?: Digest; body?: object; role?: Role } = {}) {
  const { digest, body = {}, role = 'operator' } = asked;
  const answer = await call({ ...world.surroundings, stories: world.stories }, name, {
    at: world.clock.now(),
    authMode: 'entra',
    headers: principal([role], { id: who }),
    params: { gate: 'node', ...(digest ? { digest } : {}) },
    body: { reason: 'incident', ...body },
  });
  await world.pass(MINUTE);
  return answer;
}
const recall = (digest: Digest) => ask('recallDigest', 'ada', { digest });
const lift = (digest: Digest, who = 'bob', role: Role = 'operator') => ask('liftRecall', who, { digest, role });
const promote = (digest: Digest) =>
  ask('requestPromotion', 'bob', { body: { reference: `${UPSTREAM.split(':')[0]}@${digest}` } });
const announced = (type: string) => world.ports.announcements.announced.filter((one) => one.type === type);

describe('a recall that was a mistake', () => {
  it('cannot be gone round: what is recalled is not promoted, and whoever tries is told how it is lifted', async () => {
    await recall(wrong);

    const { status, json } = await promote(wrong);

    expect(status).toBe(409);
    expect(json['detail']).toMatch(
      new RegExp(`was recalled by ada: incident; .* DELETE /api/gates/node/candidates/${wrong}/recalls`),
    );
    expect(await world.stable()).toBe(earlier);
  });

  it('is lifted by somebody else: nothing moves, and then the digest is promoted like any other', async () => {
    await begin({ on: 'host' });
    await recall(wrong);
    expect(await world.stable()).toBe(earlier);

    expect((await lift(wrong)).status).toBe(202);

    expect(await world.stable()).toBe(earlier);
    expect(announced('recallLifted')).toMatchObject([{ subject: 'node', data: { digest: wrong, recalledBy: 'ada' } }]);
    const runs = world.ports.runs.started.length;
    await promote(wrong);
    expect(await world.stable()).toBe(wrong);
    expect((await world.gate()).current).toMatchObject({ digest: wrong, sequence: 3 });
    expect(world.ports.runs.started.length).toBeGreaterThanOrEqual(runs);
    await world.everyGenerationReplays('gate-node');
  });

  it('is lifted by who made it only as a release manager', async () => {
    await recall(wrong);

    const { status, json } = await lift(wrong, 'ada');
    expect(status).toBe(403);
    expect(json['detail']).toContain('it was you who recalled');

    expect((await lift(wrong, 'ada', 'release-manager')).status).toBe(202);
  });

  it('and lifting it are in the journal, with who and why', async () => {
    await recall(wrong);
    await lift(wrong);

    const journal = (await readJournal(world.ports.ledger, dayOf(world.clock.now()))).map(({ entry }) => entry);
    expect(journal).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'recall', by: 'ada', why: 'incident' }),
        expect.objectContaining({ what: 'recall lifted', by: 'bob', why: 'incident' }),
      ]),
    );
  });

  it('is said of the digest while it stands, and not any more', async () => {
    await recall(wrong);
    const before = (await ask('getCandidate', 'ada', { digest: wrong })).json;
    await lift(wrong);
    const after = (await ask('getCandidate', 'ada', { digest: wrong })).json;

    expect(before).toMatchObject({ recalled: { by: 'ada', why: 'incident' } });
    expect(JSON.stringify(before['canBeDone'])).toContain(`gated-import recall node ${wrong} --lift`);
    expect(after['recalled']).toBeUndefined();
  });

  it('that is lifted before anything took its place leaves everything as it was', async () => {
    const stricter = { gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } };
    world.ports.policies.set(valid(stricter));
    world.ports.runs.answer(() => undefined);
    await recall(wrong);
    expect((await world.gate()).current?.digest).toBe(wrong);

    await lift(wrong);
    world.checksAnswer(() => 0);
    await world.wake('sweep', '');
    await world.pass(MINUTE);

    expect(await world.stable()).toBe(wrong);
    expect(await world.outcome(earlier)).toMatchObject({ kind: 'superseded' });
  });

  it('may be made again: what did not take its place the first time is tried once more', async () => {
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --check\n' } }),
    );
    world.ports.runs.answer(() => undefined);
    await recall(wrong);
    await lift(wrong);
    world.checksAnswer(() => 0);

    await recall(wrong);

    expect(await world.stable()).toBe(earlier);
  });

  it('no longer keeps apps from what was built on the digest', async () => {
    const on = steering(world);
    const onWrong = await on.page();
    await recall(wrong);
    expect(await on.page()).not.toBe(onWrong);

    await lift(wrong);
    await promote(wrong);
    await world.pass(MINUTE);

    expect((await on.image())?.newest?.base?.digest).toBe(wrong);
    expect(await on.page()).toBe((await on.image())?.newest?.digest);
  });
});

it('what was not recalled has nothing to lift', async () => {
  const { status, json } = await lift(wrong);

  expect(status).toBe(409);
  expect(json['detail']).toBe(`gate "node" has no recall of ${wrong}`);
});
