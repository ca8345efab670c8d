/** Approval, on the virtual clock: the policy of docs/approvals.md, people who decide through the API, and what the gate makes of it. */
import { readFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { parseTagReference, type Digest } from '../../shared/domain/reference.ts';
import { readCandidate } from '../../shared/ledger/gate-book.ts';
import { readJournal, dayOf } from '../../shared/ledger/journal-book.ts';
import { readRecords } from '../../shared/record/read-records.ts';
import { valid, type Change } from '../unit/domain/policy-fixture.ts';
import { call, principal, type Call } from '../unit/functions/http/call.ts';
import { blue, gateWorld, green, MINUTE, STABLE, type GateWorld, type WorldOptions } from './gate-world.ts';

const DAY = 24 * 60 * MINUTE;
const page = readFileSync(new URL('../../docs/approvals.md', import.meta.url), 'utf8');
const example = /```yaml\n(version: 1\n.*?)```/s.exec(page)?.[1] ?? '';
/** With another script the check is another check. */
const policyOf = (script = 'node --version\n'): Change => ({
  gates: {},
  files: { 'gates.yaml': example, 'checks/node.sh': script },
});

let world: GateWorld;
beforeEach(() => begin());
function begin(options: WorldOptions = {}): void {
  world = gateWorld(policyOf(), options);
  world.checksAnswer(() => 0);
}
afterEach(() => world.close());

const as = (id: string): Pick<Call, 'authMode' | 'headers'> => ({
  authMode: 'entra',
  headers: principal(['release-manager'], { id, name: id.toUpperCase() }),
});
async function ask(name: string, asked: Call) {
  const answer = await call({ ...world.surroundings, stories: world.stories }, name, {
    at: world.clock.now(),
    ...asked,
  });
  await world.pass(20_000);
  return answer;
}
const decide = (who: string, digest: Digest, decision: 'approve' | 'refuse' = 'approve') =>
  ask('decideApproval', { ...as(who), params: { gate: 'node', digest }, body: { decision, reason: `${who} says so` } });
const see = async (digest: Digest) => (await ask('getCandidate', { params: { gate: 'node', digest } })).json;
const row = async (digest: Digest) => (await readCandidate(world.ports.ledger, 'node', digest))?.row.value;

async function pushed(what = green): Promise<Digest> {
  const digest = world.push(what);
  await world.wake('runGate', 'node');
  await world.pass(20_000);
  return digest;
}
/** As the timer does it, for as long as it takes. */
async function sweepFor(ms: number, everyMs = 12 * 60 * MINUTE): Promise<void> {
  for (let passed = 0; passed < ms; passed += everyMs) {
    await world.pass(Math.min(everyMs, ms - passed));
    await world.wake('sweep', '');
    await world.pass(20_000);
  }
}
async function recordOf(digest: Digest) {
  const { host, repository } = parseTagReference(STABLE);
  const publicKeys = (await world.ports.signing.keys()).map(({ publicKey }) => publicKey);
  return (await readRecords(world.ports.registries, { host, repository, digest }, { publicKeys })).records[0]?.record;
}
const journal = async () => (await readJournal(world.ports.ledger, dayOf(world.clock.now()))).map(({ entry }) => entry);

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

describe('a policy that changes while people are asked', () => {
  const asking = (rule: string) => {
    const gates = example.replace(/approval: .*/, rule);
    return valid({ gates: {}, files: { 'gates.yaml': gates } });
  };

  it('and asks nobody any more lets the candidate through', async () => {
    const digest = await pushed();

    world.ports.policies.set(asking(''));
    await sweepFor(MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it('and asks for fewer, or for operators, takes the approvals that are there', async () => {
    const digest = await pushed();
    await decide('ada', digest);

    world.ports.policies.set(asking('approval: { role: operator }'));
    await sweepFor(MINUTE);

    expect(await world.stable()).toBe(digest);
  });

  it('and asks for another role takes none of who has not got it', async () => {
    world.ports.policies.set(asking('approval: { quorum: 2, role: operator }'));
    const digest = await pushed();
    const asked = { params: { gate: 'node', digest }, body: { decision: 'approve', reason: 'fine' } };
    await ask('decideApproval', { ...asked, authMode: 'entra', headers: principal(['operator'], { id: 'omar' }) });

    world.ports.policies.set(asking('approval: { quorum: 1 }'));
    await sweepFor(MINUTE);

    expect(await see(digest)).toMatchObject({
      state: 'open',
      approval: {
        void: [{ by: 'omar', because: 'it was given as "operator", and the gate asks for "release-manager"' }],
      },
    });
    expect(await world.stable()).toBeUndefined();
  });
});

describe('W15, an approval that survives a change of what was approved:', () => {
  const changed = () => world.ports.policies.set(valid(policyOf('node --version\nnpm --version\n')));

  it('it is void when a check is another one, the candidate and the journal say so, and it stays void', async () => {
    const digest = await pushed();
    await decide('ada', digest);

    changed();
    await sweepFor(MINUTE);

    const because = 'check "functional" is another one now';
    expect(await see(digest)).toMatchObject({ state: 'open', approval: { given: [], void: [{ by: 'ada', because }] } });
    expect(await journal()).toContainEqual(expect.objectContaining({ what: 'approval void', why: because }));
    world.ports.policies.set(valid(policyOf()));
    await sweepFor(MINUTE);
    expect(await see(digest)).toMatchObject({ approval: { given: [], void: [{ by: 'ada' }] } });

    await decide('bob', digest);
    expect(await world.stable()).toBeUndefined();
    await decide('ada', digest);
    expect(await world.stable()).toBe(digest);
  });

  it('it is void between the decision to promote and the move of the stable tag', async () => {
    const digest = await pushed();
    await decide('ada', digest);
    let once = true;
    const lost = world;
    world = gateWorld(policyOf(), {
      from: lost,
      wrap: async (name, run) => {
        const done = await run();
        if (name === 'lockUnique' && once) {
          once = false;
          changed();
        }
        return done;
      },
    });
    await lost.close();

    await decide('bob', digest);

    expect(once).toBe(false);
    expect(await world.stable()).toBeUndefined();
    expect(await see(digest)).toMatchObject({
      state: 'open',
      approval: { given: [], void: [{ by: 'ada' }, { by: 'bob' }] },
    });
  });

  it('it is of one digest: what the tag names next begins without it', async () => {
    const older = await pushed(green);
    await decide('ada', older);

    const newer = await pushed(blue);
    await decide('bob', newer);

    expect(await world.outcome(older)).toMatchObject({ kind: 'superseded' });
    expect(await see(newer)).toMatchObject({ state: 'open', approval: { given: [{ by: 'bob' }] } });
    expect(await world.stable()).toBeUndefined();
  });

  it('but a check that is asked again and says the same voids nothing', async () => {
    const digest = await pushed();
    await decide('ada', digest);
    const before = world.ports.runs.started.length;

    await ask('requestRecheck', { params: { gate: 'node', digest }, body: { reason: 'new database' } });
    await world.pass(MINUTE);

    expect(world.ports.runs.started.length).toBeGreaterThan(before);
    expect(await see(digest)).toMatchObject({ approval: { given: [{ by: 'ada' }], void: [] } });
    await decide('bob', digest);
    expect(await world.stable()).toBe(digest);
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
