/** Approval, on the virtual clock: the policy of docs/approvals.md, people who decide through the API, and what the gate makes of it. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTagReference, type Digest } from '../../shared/domain/reference.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { readRecords } from '../../shared/record/read-records.ts';
import { as, deciding, policyOf } from './deciding.ts';
import { gateWorld, MINUTE, STABLE, type GateWorld, type WorldOptions } from './gate-world.ts';

const DAY = 24 * 60 * MINUTE;

let world: GateWorld;
beforeEach(() => begin());
function begin(options: WorldOptions = {}): void {
  world = gateWorld(policyOf(), options);
  world.checksAnswer(() => 0);
}
afterEach(() => world.close());

const { ask, decide, journal, pushed, see, sweepFor } = deciding(() => world);
const row = async (digest: Digest) => (await readCandidate(world.ports.ledger, 'node', digest))?.row.value;
async function recordOf(digest: Digest) {
  const { host, repository } = parseTagReference(STABLE);
  const publicKeys = (await world.ports.signing.keys()).map(({ publicKey }) => publicKey);
  return (await readRecords(world.ports.registries, { host, repository, digest }, { publicKeys })).records[0]?.record;
}

describe('the gate of docs/approvals.md', () => {
  it('asks for two people, says so once, and promotes when both have approved', async () => {
    begin({ on: 'host' });
    const digest = await pushed();
    expect((await world.gate()).resting?.reason).toMatchObject({ kind: 'approval-wanted', needed: 2, given: 0 });
    const waiting = world.ports.announcements.announced.filter(({ type }) => type === 'waiting');
    expect(waiting).toMatchObject([{ subject: 'node', data: { digest, until: expect.any(String) as string } }]);

    await decide('ada', digest);
    expect(await see(digest)).toMatchObject({ state: 'open', approval: { given: [{ by: 'ada', name: 'ADA' }] } });
    expect(await world.stable()).toBeUndefined();
    await decide('bob', digest);

    expect(await world.outcome(digest)).toMatchObject({ kind: 'promoted' });
    expect(await world.stable()).toBe(digest);
    expect((await recordOf(digest))?.approvals).toMatchObject([
      { by: 'ada', role: 'release-manager', why: 'ada says so' },
      { by: 'bob', role: 'release-manager', why: 'bob says so' },
    ]);
    expect(world.ports.announcements.announced.filter(({ type }) => type === 'waiting')).toHaveLength(1);
    await world.everyGenerationReplays('gate-node');
  });

  it('rejects what only one approved within seven days, at that time and not before', async () => {
    const digest = await pushed();
    await decide('ada', digest);

    await sweepFor(6.9 * DAY);
    expect(await world.outcome(digest)).toBeUndefined();
    await sweepFor(0.2 * DAY);

    expect(await world.outcome(digest)).toEqual({
      kind: 'rejected',
      reason: { kind: 'approval-expired', needed: 2, given: 1, role: 'release-manager' },
    });
    expect(await see(digest)).toMatchObject({
      why: 'not approved in time by people with the role release-manager: 1 of 2 given',
    });
    expect(await world.stable()).toBeUndefined();
  });

  it('counts the seven days from the start of the wait, though the task hub is lost in between', async () => {
    const digest = await pushed();
    const since = (await row(digest))?.approvals?.since ?? 0;
    await sweepFor(6 * DAY);
    const lost = world;
    world = gateWorld(policyOf(), { from: lost });
    await lost.close();

    await sweepFor(0.9 * DAY);
    expect((await row(digest))?.approvals?.since).toBe(since);
    expect(await world.outcome(digest)).toBeUndefined();
    await sweepFor(0.2 * DAY);

    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'approval-expired' } });
  });

  it('remembers the start of the wait once, though every activity runs twice', async () => {
    await world.close();
    world = gateWorld(policyOf(), { wrap: async (_, run) => (await run(), run()) });
    world.checksAnswer(() => 0);
    const digest = await pushed();

    expect(world.ports.announcements.announced.filter(({ type }) => type === 'waiting')).toHaveLength(1);
    await decide('ada', digest);
    await decide('bob', digest);
    expect(await world.stable()).toBe(digest);
  });

  it('rejects what one person refuses, though another has approved it', async () => {
    const digest = await pushed();
    await decide('ada', digest);

    await decide('bob', digest, 'refuse');

    expect(await world.outcome(digest)).toEqual({
      kind: 'rejected',
      reason: { kind: 'approval-refused', by: 'bob', name: 'BOB', why: 'bob says so' },
    });
    expect(await journal()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ by: 'ada', what: 'approve' }),
        expect.objectContaining({ by: 'bob', what: 'refuse', why: 'bob says so' }),
      ]),
    );
  });

  it('begins anew, without approvals, with what opens again', async () => {
    const digest = await pushed();
    await decide('ada', digest);
    await decide('bob', digest, 'refuse');

    await ask('requestRecheck', { params: { gate: 'node', digest }, body: { reason: 'another look' } });

    expect(await see(digest)).toMatchObject({ state: 'open', approval: { given: [], void: [] } });
    expect((await world.gate()).resting?.reason).toMatchObject({ kind: 'approval-wanted', given: 0 });
  });
});

describe('self-approval:', () => {
  it('who asked for the promotion is not one of the two, however often they try', async () => {
    const digest = await pushed();
    await decide('ada', digest);
    await ask('requestPromotion', { ...as('ada'), params: { gate: 'node' }, body: { reason: 'mine' } });

    expect((await decide('ada', digest)).status).toBe(403);
    await decide('bob', digest);
    expect(await world.stable()).toBeUndefined();
    await decide('cyd', digest);

    expect(await world.stable()).toBe(digest);
  });
});

describe('an approval skips nothing:', () => {
  it('what is held waits on, though everybody has approved', async () => {
    const digest = await pushed();
    await ask('holdGate', { params: { gate: 'node' }, body: { reason: 'release week' } });
    await decide('ada', digest);
    await decide('bob', digest);

    expect(await world.stable()).toBeUndefined();
    await ask('resumeGate', { params: { gate: 'node' } });

    expect(await world.stable()).toBe(digest);
  });

  it('what fails a check that is asked again is rejected, though everybody has approved', async () => {
    const digest = await pushed();
    await ask('holdGate', { params: { gate: 'node' }, body: { reason: 'release week' } });
    await decide('ada', digest);
    await decide('bob', digest);
    world.checksAnswer(() => 1);

    await ask('requestRecheck', { params: { gate: 'node', digest }, body: { reason: 'doubts' } });
    await ask('resumeGate', { params: { gate: 'node' } });

    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected', reason: { kind: 'check-failed' } });
    expect(await world.stable()).toBeUndefined();
  });
});
