/** Approving and refusing: who may, for what, what is kept, and what the candidate says of it. */
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Approval } from '../../../../shared/domain/approvals.ts';
import type { Evidence } from '../../../../shared/domain/gate-state.ts';
import { readCandidate, type CandidateRow } from '../../../../shared/ledger/gate-book.ts';
import { A, B, done, MINUTE, NOW, running, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

const HOUR = 60 * MINUTE;
const asking = (rule: string) => functionWorld({ gates: { 'soak: 3d': `approval: ${rule}` } });

let world: FunctionWorld;
beforeEach(async () => {
  world = asking('{ quorum: 2, expires: 3h }');
  await world.setGate({ sequence: 1, upstream: { digest: A, since: NOW, sequence: 1 } });
});

const params = { gate: 'node', digest: A };
const person = (id: string, { name, roles = ['release-manager'] }: { name?: string; roles?: string[] } = {}) => ({
  authMode: 'entra' as const,
  headers: principal(roles, { id, ...(name ? { name } : {}) }),
});
const decide = (who: ReturnType<typeof person>, body: object) =>
  call(world, 'decideApproval', { params, body, ...who });
const approve = (id: string, more: object = {}) =>
  decide(person(id), { decision: 'approve', reason: 'looks fine', ...more });
const refuse = (id: string) => decide(person(id), { decision: 'refuse', reason: 'not this week' });

const today = () => world.policy.gates['node']?.checks[0]?.hash ?? '';
const passed = (change: object = {}): Evidence => done('pass', { checkHash: today(), ...change });
const waiting = (row: Partial<CandidateRow> = {}, functional = passed()) =>
  world.setCandidate(
    { digest: A, subject: subjectOf(A), approvals: { since: Date.now() - HOUR, given: [] }, ...row },
    { functional },
  );
const kept = async () => (await readCandidate(world.ledger, 'node', A))?.row.value.approvals;
const seen = async () =>
  (await call(world, 'getCandidate', { params })).json as {
    approval?: Record<string, unknown>;
    next?: object;
    why?: string;
  };

describe('an approval', () => {
  it('is kept with who gave it, as what, why, and what the checks said then', async () => {
    await waiting();

    const { status, json, headers } = await decide(person('oid-ada', { name: 'Ada Lovelace' }), {
      decision: 'approve',
      reason: 'read the log',
    });

    expect(status).toBe(202);
    expect(json).toEqual({ gate: 'node', what: 'approve' });
    expect(headers['location']).toBe('/api/gates/node');
    expect((await kept())?.given).toEqual([
      {
        by: 'oid-ada',
        name: 'Ada Lovelace',
        why: 'read the log',
        at: expect.any(Number) as number,
        role: 'release-manager',
        covers: { subject: subjectOf(A), checks: { functional: { hash: today(), verdict: 'pass' } } },
      },
    ]);
    expect(world.stories.started).toEqual(['runGate node']);
  });

  it('is told to the journal with what it was for', async () => {
    await waiting();

    await approve('oid-ada');

    const [told] = Object.entries(world.ledger.dump('gates', 'node')).filter(([key]) => key.startsWith('outbox:'));
    expect(told?.[1]).toMatchObject({
      by: 'oid-ada',
      what: 'approve',
      why: 'looks fine',
      data: { digest: A, covers: { subject: subjectOf(A), checks: { functional: { verdict: 'pass' } } } },
    });
  });

  it('given twice by one person is one', async () => {
    await waiting();

    await approve('oid-ada');
    await approve('oid-ada', { reason: 'still fine' });

    expect((await kept())?.given).toMatchObject([{ by: 'oid-ada', why: 'still fine' }]);
  });

  it('is not lost when two people decide at the same moment', async () => {
    await waiting();

    const answers = await Promise.all([approve('oid-ada'), approve('oid-bob')]);

    expect(answers.map(({ status }) => status)).toEqual([202, 202]);
    expect((await kept())?.given.map(({ by }) => by).toSorted()).toEqual(['oid-ada', 'oid-bob']);
  });

  it('of the last person that is needed lets the candidate go on', async () => {
    await waiting();

    await approve('oid-ada');
    expect((await seen()).next).toMatchObject({
      action: 'rest',
      why: expect.stringContaining('1 of 2 given') as string,
    });
    await approve('oid-bob');

    expect((await seen()).next).toMatchObject({ action: 'promote' });
  });

  it('can be given before everything else is there, such as the end of a soak', async () => {
    world = functionWorld({ gates: { 'soak: 3d': 'soak: 3d\n    approval: {}' } });
    await world.setGate({ sequence: 1, upstream: { digest: A, since: NOW, sequence: 1 } });
    await waiting({ seenSince: Date.now(), approvals: { given: [] } });

    expect((await approve('oid-ada')).status).toBe(202);

    expect((await seen()).next).toMatchObject({ action: 'rest', why: 'it has not been seen long enough' });
    expect((await seen()).approval).toMatchObject({ given: [{ by: 'oid-ada' }] });
  });

  it('is taken of operators where the gate says so', async () => {
    world = asking('{ role: operator }');
    await waiting();

    expect(
      (await decide(person('oid-omar', { roles: ['operator'] }), { decision: 'approve', reason: 'fine' })).status,
    ).toBe(202);
  });
});

describe('W15: an approval is bound to the content, not to a tag', () => {
  it('says what there is to agree to, and is refused when that is not what was looked at', async () => {
    await waiting();
    const about = (await seen()).approval?.['about'];
    await waiting({ subject: B }, passed({ digest: B }));

    const { status, json } = await approve('oid-ada', { about });

    expect(status).toBe(409);
    expect(json['detail']).toContain('something else to agree to than you saw');
    expect((await approve('oid-ada', { about: (await seen()).approval?.['about'] })).status).toBe(202);
  });

  it('of the old content is shown as void, with why, once a check is another one', async () => {
    await waiting();
    await approve('oid-ada');
    world.policy = asking('{ quorum: 2 }').policy;
    const gate = world.policy.gates['node'];
    const [check] = gate?.checks ?? [];
    if (!check) throw new Error('no check');
    check.hash = 'tomorrow';
    world.policies.set(world.policy);

    expect((await seen()).approval).toMatchObject({
      given: [],
      void: [{ by: 'oid-ada', because: 'check "functional" is another one now' }],
    });
  });
});

describe('who asked for a promotion does not approve it', () => {
  it('not even as a release manager, and somebody else does', async () => {
    world.upstreams.set('public.example.com/node:15-alpine', A);
    await call(world, 'requestPromotion', {
      params: { gate: 'node' },
      body: { reason: 'needed' },
      ...person('oid-ada'),
    });
    const row = (await readCandidate(world.ledger, 'node', A))?.row.value;
    await waiting({ ...row, subject: subjectOf(A) });

    const { status, json } = await approve('oid-ada');

    expect(status).toBe(403);
    expect(json['detail']).toBe(`you asked for the promotion of ${A}, so somebody else has to approve it`);
    expect((await approve('oid-bob')).status).toBe(202);
    expect((await seen()).approval).toMatchObject({ notBy: ['oid-ada'], given: [{ by: 'oid-bob' }] });
  });

  it('nor does an approval count that was given before its giver asked', async () => {
    world.upstreams.set('public.example.com/node:15-alpine', A);
    await waiting();
    await approve('oid-ada');

    await call(world, 'requestPromotion', { params: { gate: 'node' }, body: { reason: 'now' }, ...person('oid-ada') });
    await call(world, 'requestPromotion', { params: { gate: 'node' }, body: { reason: 'now' }, ...person('oid-bob') });

    expect((await seen()).approval).toMatchObject({
      given: [],
      void: [{ by: 'oid-ada', because: 'whoever asked for the promotion does not approve it' }],
      notBy: ['oid-ada', 'oid-bob'],
    });
  });
});

describe('a refusal', () => {
  it('is kept with who and why, and the candidate says what comes of it', async () => {
    await waiting();

    expect((await decide(person('oid-bob', { name: 'Bob' }), { decision: 'refuse', reason: 'too big' })).status).toBe(
      202,
    );

    expect(await seen()).toMatchObject({
      next: { action: 'settle', why: 'approval refused by Bob: too big' },
      approval: { refused: { by: 'oid-bob', name: 'Bob', why: 'too big' } },
    });
  });

  it('is possible while its checks run, and by who asked for it', async () => {
    await waiting({ requestedBy: ['oid-ada'] }, running({ checkHash: today() }));

    expect((await refuse('oid-ada')).status).toBe(202);
  });

  it('is the last word: nobody approves or refuses after it', async () => {
    await waiting();
    await refuse('oid-bob');

    const { status, json } = await approve('oid-ada');

    expect(status).toBe(409);
    expect(json['detail']).toBe(`${A} was refused by oid-bob already: not this week`);
  });

  it('outlasts a request for the promotion of the same candidate', async () => {
    world.upstreams.set('public.example.com/node:15-alpine', A);
    await waiting();
    await refuse('oid-bob');

    await call(world, 'requestPromotion', { params: { gate: 'node' }, body: { reason: 'now' }, ...person('oid-ada') });

    expect((await seen()).next).toMatchObject({ action: 'settle' });
  });
});

describe('a decision is refused', () => {
  const ada = (): Approval => ({
    by: 'oid-ada',
    why: 'fine',
    at: NOW,
    role: 'release-manager',
    covers: { subject: subjectOf(A), checks: { functional: { hash: today(), verdict: 'pass' } } },
  });

  test.each<[when: string, prepare: () => Promise<void>, status: number, says: string]>([
    [
      'where the gate asks for none, with what to do instead',
      async () => {
        world = functionWorld();
        await waiting();
      },
      409,
      `gate "node" asks for no approval; to stop a candidate, POST /api/gates/node/candidates/${A}/aborts`,
    ],
    ['of a digest that was never seen', async () => {}, 404, `gate "node" has never seen ${A}`],
    [
      'of what is settled',
      () => waiting({ settled: { outcome: { kind: 'promoted' }, at: NOW, checkHashes: [] } }),
      409,
      `${A} is settled already; see /api/gates/node/candidates/${A}`,
    ],
    [
      'while there is nothing to agree to, naming the check',
      () => waiting({}, running({ checkHash: today() })),
      409,
      'there is nothing to agree to yet (checks that have not passed: functional)',
    ],
    [
      'before intake',
      () => world.setCandidate({ digest: A }),
      409,
      'there is nothing to agree to yet (it is not in the quarantine registry)',
    ],
    [
      'after its time',
      () => waiting({ approvals: { since: Date.now() - 4 * HOUR, given: [ada()] } }),
      409,
      `approval of ${A} was waited for until`,
    ],
  ])('%s', async (_, prepare, status, says) => {
    await prepare();
    const before = world.ledger.dump('gates', 'node');

    const answer = await approve('oid-bob');

    expect(answer.status).toBe(status);
    expect(answer.json['detail']).toContain(says);
    expect(world.ledger.dump('gates', 'node')).toEqual(before);
  });

  it('of an operator, where release managers are asked', async () => {
    await waiting();

    const { status, json } = await decide(person('oid-omar', { roles: ['operator'] }), {
      decision: 'approve',
      reason: 'fine',
    });

    expect(status).toBe(403);
    expect(json['detail']).toContain('"release-manager", and you have operator;');
  });

  test.each<[what: string, body: object, says: string]>([
    ['without a reason', { decision: 'approve' }, 'reason: '],
    ['with an empty reason', { decision: 'approve', reason: '' }, 'reason: '],
    ['that is neither', { decision: 'maybe', reason: 'x' }, 'decision: a decision is "approve" or "refuse"'],
    ['with a mistyped key', { decision: 'approve', reason: 'x', force: true }, 'force'],
  ])('%s', async (_, body, says) => {
    await waiting();

    const { status, json } = await decide(person('oid-ada'), body);

    expect(status).toBe(422);
    expect(json['detail']).toContain(says);
  });
});

describe('what there is to see', () => {
  it('is how many are needed, who gave theirs and when, and until when is waited', async () => {
    const since = Date.now() - HOUR;
    await waiting({ approvals: { since, given: [] } });
    await approve('oid-ada');

    expect((await seen()).approval).toEqual({
      needed: 2,
      role: 'release-manager',
      given: [{ by: 'oid-ada', why: 'looks fine', at: expect.any(String) as string }],
      void: [],
      notBy: [],
      since: new Date(since).toISOString(),
      until: new Date(since + 3 * HOUR).toISOString(),
      about: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
    });
  });

  it('is of the gate what it asks for', async () => {
    const { json } = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(json['approval']).toEqual({ needed: 2, role: 'release-manager', expiresSeconds: 3 * 3600 });
  });

  it('stays as it was when the candidate is settled, also where nobody is asked any more', async () => {
    await waiting();
    await approve('oid-ada');
    const approvals = await kept();
    world.policies.set(functionWorld().policy);
    await world.setCandidate({
      digest: A,
      ...(approvals ? { approvals } : {}),
      settled: { outcome: { kind: 'promoted' }, at: NOW, checkHashes: [] },
    });

    expect((await seen()).approval).toMatchObject({ given: [{ by: 'oid-ada' }], void: [] });
    expect((await seen()).approval).not.toHaveProperty('needed');
  });
});
