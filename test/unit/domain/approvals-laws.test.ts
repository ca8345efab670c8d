/** What holds of approvals whatever was said and whatever has changed. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  approvalStep,
  changeOf,
  recorded,
  standingOf,
  type Approval,
  type ApprovalRule,
  type Content,
} from '../../../shared/domain/approvals.ts';
import { ROLES } from '../../../shared/domain/roles.ts';
import { A, B, MINUTE, NOW } from './gate-builders.ts';

const HOUR = 60 * MINUTE;

const PEOPLE = ['ada', 'bob', 'cyd', 'dan'];
const verdict = fc.constantFrom('pass' as const, 'fail' as const, 'unknown' as const);
const checks = fc.dictionary(
  fc.constantFrom('functional', 'size'),
  fc.record({
    hash: fc.constantFrom('1', '1', '2'),
    verdict: fc.oneof({ weight: 4, arbitrary: fc.constant('pass' as const) }, verdict),
  }),
  { minKeys: 1 },
);
const subject = fc.constantFrom(A, A, B);
/** Mostly for exactly that content, so that enough of them count. */
const approvalOf = (now: Content): fc.Arbitrary<Approval> =>
  fc
    .record({
      person: fc.constantFrom(...PEOPLE),
      role: fc.constantFrom(...ROLES, 'release-manager' as const),
      covers: fc.oneof(
        { weight: 3, arbitrary: fc.constant(now as Approval['covers']) },
        { weight: 1, arbitrary: fc.record({ subject, checks }) },
      ),
      dead: fc.constantFrom(undefined, undefined, undefined, 'it was void once'),
    })
    .map(({ person, dead, ...rest }) => ({
      by: person,
      why: 'looks fine',
      at: NOW - MINUTE,
      ...rest,
      ...(dead ? { void: dead } : {}),
    }));
const contents: fc.Arbitrary<Content> = fc.record({ subject, checks });
const rules: fc.Arbitrary<ApprovalRule> = fc.record({
  quorum: fc.integer({ min: 1, max: 3 }),
  role: fc.constantFrom('operator' as const, 'release-manager' as const),
  expiresMs: fc.integer({ min: 1, max: 3 * HOUR }),
});
const cases = contents.chain((now) =>
  fc.record({
    now: fc.constant(now),
    rule: rules,
    candidate: fc.record({
      approvals: fc.record({
        since: fc.oneof(fc.constant(undefined), fc.integer({ min: NOW - 4 * HOUR, max: NOW })),
        given: fc.array(approvalOf(now), { maxLength: 5 }),
      }),
      requestedBy: fc.subarray(PEOPLE, { maxLength: 2 }),
    }),
  }),
);

describe('whatever was said, whatever has changed,', () => {
  it('nothing is approved but by the quorum of different people with the role, none of whom asked for it, for exactly what there is', () => {
    let approved = 0;
    fc.assert(
      fc.property(cases, ({ rule, candidate, now }) => {
        if (approvalStep(rule, candidate, now, NOW).kind !== 'approved') return;
        approved += 1;
        const good = (candidate.approvals?.given ?? []).filter(
          (one) =>
            one.void === undefined &&
            changeOf(one.covers, now) === undefined &&
            one.covers.subject === now.subject &&
            ROLES.indexOf(one.role) >= ROLES.indexOf(rule.role) &&
            candidate.requestedBy?.includes(one.by) === false,
        );
        expect(new Set(good.map((one) => one.by)).size).toBeGreaterThanOrEqual(rule.quorum);
      }),
      { numRuns: 3_000 },
    );
    expect(approved).toBeGreaterThan(10);
  });

  it('one record is enough: what comes next is an answer', () => {
    fc.assert(
      fc.property(cases, ({ rule, candidate, now }) => {
        const approvals = recorded(rule, candidate, now, NOW);
        expect(approvalStep(rule, { ...candidate, approvals }, now, NOW).kind).not.toBe('record');
        expect(recorded(rule, { ...candidate, approvals }, now, NOW + 1)).toBe(approvals);
      }),
    );
  });

  it('what was void once never counts again', () => {
    fc.assert(
      fc.property(cases, contents, ({ rule, candidate, now }, later) => {
        const approvals = recorded(rule, candidate, now, NOW);
        const dead = approvals.given.filter((one) => one.void !== undefined);
        const { counting } = standingOf(rule, { ...candidate, approvals }, later);
        for (const one of dead) expect(counting).not.toContain(one);
      }),
    );
  });

  it('the wait ends: at its time it is approved or over', () => {
    fc.assert(
      fc.property(cases, ({ rule, candidate, now }) => {
        const approvals = recorded(rule, candidate, now, NOW);
        const step = approvalStep(rule, { ...candidate, approvals }, now, NOW);
        if (step.kind === 'wait') expect(step.until).toBeGreaterThan(NOW);
        const later = (approvals.since ?? NOW) + rule.expiresMs;
        expect(['approved', 'expired']).toContain(approvalStep(rule, { ...candidate, approvals }, now, later).kind);
      }),
    );
  });
});
