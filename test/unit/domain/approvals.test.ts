/** Who counts, what is void and why, and until when is waited. */
import { describe, expect, it, test } from 'vitest';
import {
  approvalStep,
  coversNow,
  MOST_APPROVALS,
  recorded,
  refusalOf,
  standingOf,
  withApproval,
  type Approvable,
  type Approval,
  type ApprovalRule,
  type Approvals,
  type Content,
} from '../../../shared/domain/approvals.ts';
import { A, B, MINUTE, NOW } from './gate-builders.ts';

const HOUR = 60 * MINUTE;
const two: ApprovalRule = { quorum: 2, role: 'release-manager', expiresMs: 3 * HOUR };
const one: ApprovalRule = { ...two, quorum: 1 };

const CHECKS: Content['checks'] = {
  functional: { hash: 'f1', verdict: 'pass' },
  size: { hash: 's1', verdict: 'pass' },
};
const content: Content = { subject: A, checks: CHECKS };
const without = (name: string): Content['checks'] =>
  Object.fromEntries(Object.entries(CHECKS).filter(([key]) => key !== name));

const by = (person: string, change: Partial<Approval> = {}): Approval => ({
  by: person,
  why: 'looks fine',
  at: NOW - MINUTE,
  role: 'release-manager',
  covers: {
    subject: A,
    checks: { functional: { hash: 'f1', verdict: 'pass' }, size: { hash: 's1', verdict: 'pass' } },
  },
  ...change,
});

const said = (given: Approval[], change: Partial<Approvals> = {}): Approvable => ({
  approvals: { since: NOW - HOUR, given, ...change },
});

const whoCounts = (candidate: Approvable, rule = two, now = content) =>
  standingOf(rule, candidate, now).counting.map((approval) => approval.by);

describe('who counts', () => {
  it('is everybody who agreed to what there is now', () => {
    expect(whoCounts(said([by('ada'), by('bob')]))).toEqual(['ada', 'bob']);
  });

  it('is nobody as long as nobody has said anything', () => {
    expect(standingOf(two, {}, content)).toEqual({ counting: [], void: [] });
  });

  it('is one person once, however often they approve', () => {
    expect(whoCounts(said([by('ada'), by('ada'), by('ada')]))).toEqual(['ada']);
  });

  it('is whoever has the role that the gate asks for, or one with more rights', () => {
    const held = [by('ada', { role: 'viewer' }), by('bob', { role: 'operator' }), by('cyd')];

    expect(whoCounts(said(held), { ...two, role: 'operator' })).toEqual(['bob', 'cyd']);
    expect(whoCounts(said(held))).toEqual(['cyd']);
  });

  it('is not who asked for the promotion, whoever asked first', () => {
    const candidate = { ...said([by('ada'), by('bob'), by('cyd')]), requestedBy: ['ada', 'bob'] };

    expect(whoCounts(candidate)).toEqual(['cyd']);
    expect(standingOf(two, candidate, content).void).toMatchObject([
      { approval: { by: 'ada' }, because: 'whoever asked for the promotion does not approve it' },
      { approval: { by: 'bob' } },
    ]);
  });

  it('goes by the object id: another name is no other person, and the same name is not the same one', () => {
    const named = [by('ada', { name: 'Ada' }), by('ada', { name: 'Bob' }), by('eve', { name: 'Ada' })];

    expect(whoCounts(said(named))).toEqual(['ada', 'eve']);
  });
});

describe('an approval is void', () => {
  test.each<[when: string, now: Content, because: string]>([
    [
      'another digest would be promoted',
      { subject: B, checks: CHECKS },
      `it was given for ${A}, and ${B} would be promoted`,
    ],
    [
      'nothing is in quarantine any more',
      { subject: undefined, checks: CHECKS },
      `it was given for ${A}, and nothing would be promoted`,
    ],
    [
      'a check is another one',
      { subject: A, checks: { ...CHECKS, size: { hash: 's2', verdict: 'pass' } } },
      'check "size" is another one now',
    ],
    [
      'a check is another one and has said nothing yet',
      { subject: A, checks: { ...CHECKS, size: { hash: 's2' } } },
      'check "size" is another one now',
    ],
    [
      'a check says something else',
      { subject: A, checks: { ...CHECKS, size: { hash: 's1', verdict: 'unknown' } } },
      'check "size" said pass, and says unknown now',
    ],
    [
      'a check was added',
      { subject: A, checks: { ...CHECKS, scan: { hash: 'x', verdict: 'pass' } } },
      'check "scan" was not there',
    ],
    ['a check was removed', { subject: A, checks: without('size') }, 'check "size" is not asked any more'],
  ])('when %s', (_, now, because) => {
    expect(whoCounts(said([by('ada')]), one, now)).toEqual([]);
    expect(standingOf(one, said([by('ada')]), now).void).toEqual([{ approval: by('ada'), because }]);
  });

  it('for good, though everything is as before again', () => {
    const changed: Content = { subject: A, checks: { ...CHECKS, size: { hash: 's2', verdict: 'pass' } } };

    const approvals = recorded(one, said([by('ada')]), changed, NOW);

    expect(whoCounts({ approvals }, one, content)).toEqual([]);
    expect(standingOf(one, { approvals }, content).void).toMatchObject([
      { because: 'check "size" is another one now' },
    ]);
  });

  it('not while a check is asked again, nor when it says the same again', () => {
    const asking: Content = { subject: A, checks: { ...CHECKS, size: { hash: 's1' } } };

    expect(whoCounts(said([by('ada')]), one, asking)).toEqual(['ada']);
    expect(recorded(one, said([by('ada')]), asking, NOW)).toEqual(said([by('ada')]).approvals);
    expect(whoCounts(said([by('ada')]), one, content)).toEqual(['ada']);
  });

  it('until the same person looks again and approves what there is now', () => {
    const changed: Content = { subject: A, checks: without('size') };
    const approvals = recorded(one, said([by('ada')]), changed, NOW);

    const again = withApproval(
      approvals,
      by('ada', { covers: { subject: A, checks: { functional: { hash: 'f1', verdict: 'pass' } } } }),
    );

    expect(again.given).toHaveLength(1);
    expect(whoCounts({ approvals: again }, one, changed)).toEqual(['ada']);
  });
});

describe('what approval asks for', () => {
  const reason = (given: number, rule = two) => ({ needed: rule.quorum, given, role: rule.role });

  test.each<[what: string, rule: ApprovalRule, candidate: Approvable, step: object]>([
    ['the start of the wait, before anything is waited for', two, {}, { kind: 'record', reason: reason(0) }],
    [
      'the start of the wait also of what was approved before it',
      one,
      { approvals: { given: [by('ada')] } },
      { kind: 'record', reason: reason(1, one) },
    ],
    ['nobody more, with the quorum', two, said([by('ada'), by('bob')]), { kind: 'approved' }],
    ['nobody more, however long ago the wait began', one, said([by('ada')], { since: 1 }), { kind: 'approved' }],
    ['a second person', two, said([by('ada')]), { kind: 'wait', reason: reason(1), until: NOW + 2 * HOUR }],
    [
      'somebody else than who asked',
      one,
      { ...said([by('ada')]), requestedBy: ['ada'] },
      { kind: 'wait', reason: reason(0, one), until: NOW + 2 * HOUR },
    ],
    [
      'nothing any more, once its time is over',
      two,
      said([by('ada')], { since: NOW - 3 * HOUR }),
      { kind: 'expired', reason: reason(1) },
    ],
    [
      'nothing, a moment before',
      two,
      said([], { since: NOW - 3 * HOUR + 1 }),
      { kind: 'wait', reason: reason(0), until: NOW + 1 },
    ],
    [
      'that what is void now is written down',
      one,
      said([by('ada', { covers: { subject: B, checks: {} } })]),
      { kind: 'record', reason: reason(0, one) },
    ],
  ])('is %s', (_, rule, candidate, step) => {
    expect(approvalStep(rule, candidate, content, NOW)).toEqual(step);
  });

  it('counts its time from the start of the wait, not from a void approval', () => {
    const candidate = said([by('ada', { covers: { subject: B, checks: {} } })]);

    expect(recorded(two, candidate, content, NOW)).toMatchObject({ since: NOW - HOUR });
  });

  it('begins a new wait when the approvals that were enough have become void', () => {
    const candidate = said([by('ada', { covers: { subject: B, checks: {} } })], { since: 1 });

    const approvals = recorded(one, candidate, content, NOW);

    expect(approvals.since).toBe(NOW);
    expect(approvalStep(one, { approvals }, content, NOW)).toMatchObject({ kind: 'wait', until: NOW + 3 * HOUR });
  });
});

describe('there is something to agree to', () => {
  it('once every check has passed: the digest, and each check with its hash and verdict', () => {
    expect(coversNow(content)).toEqual({ subject: A, checks: CHECKS });
  });

  test.each<[when: string, now: Content, lacking: string[]]>([
    ['a check has not answered', { subject: A, checks: { ...CHECKS, size: { hash: 's1' } } }, ['size']],
    ['a check has failed', { subject: A, checks: { ...CHECKS, size: { hash: 's1', verdict: 'fail' } } }, ['size']],
    [
      'a check has no verdict',
      { subject: A, checks: { ...CHECKS, functional: { hash: 'f1', verdict: 'unknown' } } },
      ['functional'],
    ],
    ['it is not in quarantine', { subject: undefined, checks: {} }, []],
  ])('not while %s', (_, now, lacking) => {
    expect(coversNow(now)).toEqual({ lacking });
  });
});

it('a refusal is one person’s, and says who and why', () => {
  expect(refusalOf({ approvals: { given: [by('ada')] } })).toBeUndefined();
  expect(refusalOf(said([], { refused: { by: 'bob', name: 'Bob', why: 'too big', at: NOW } }))).toEqual({
    by: 'bob',
    name: 'Bob',
    why: 'too big',
  });
});

it('keeps so many approvals and no more: a void one goes first', () => {
  const many = Array.from({ length: MOST_APPROVALS }, (_, n) => by(`person-${n}`, n === 3 ? { void: 'old' } : {}));

  const { given } = withApproval({ given: many }, by('ada'));

  expect(given).toHaveLength(MOST_APPROVALS);
  expect(given.map((approval) => approval.by)).not.toContain('person-3');
  expect(given.at(-1)?.by).toBe('ada');
});
