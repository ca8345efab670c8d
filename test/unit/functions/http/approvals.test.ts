/** Approving: who may, for what, what is kept, and what the candidate says of it. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readCandidate } from '../../../../shared/ledger/gate-book.ts';
import { A, B, NOW, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';
import { asking, deciding, HOUR, person, twoAsked } from './deciding.ts';

let world: FunctionWorld;
beforeEach(async () => {
  world = await twoAsked();
});
const { decide, approve, today, passed, waiting, kept, seen } = deciding(() => world);

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
