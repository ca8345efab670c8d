/** Refusing a candidate, and decisions about one that are refused. */
import { beforeEach, describe, expect, it, test } from 'vitest';
import type { Approval } from '../../../../shared/domain/approvals.ts';
import { A, NOW, running, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';
import { deciding, HOUR, person, twoAsked } from './deciding.ts';

let world: FunctionWorld;
beforeEach(async () => {
  world = await twoAsked();
});
const { decide, approve, refuse, today, waiting, seen } = deciding(() => world);

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
