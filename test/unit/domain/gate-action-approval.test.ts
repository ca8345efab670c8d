/** Where approval stands among the rules of a gate: after all that may make a candidate fail or wait by itself, before what it may run into. */
import { describe, expect, test } from 'vitest';
import type { Approval, Approvals } from '../../../shared/domain/approvals.ts';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import {
  A,
  B,
  candidate,
  done,
  gate,
  intention,
  MINUTE,
  NOW,
  promotion,
  running,
  sighted,
  subjectOf,
} from './gate-builders.ts';
import { held, heldReason, inTrouble, busy, promote, rejected, superseded, type Row } from './gate-rows.ts';

const HOUR = 60 * MINUTE;
const rule = { quorum: 1, role: 'release-manager', expiresMs: 3 * HOUR } as const;
const policy: GatePolicy = { checks: [{ name: 'functional', hash: 'today' }], soakMs: 0, approval: rule };

const ada: Approval = {
  by: 'ada',
  why: 'looks fine',
  at: NOW - MINUTE,
  role: 'release-manager',
  covers: { subject: subjectOf(A), checks: { functional: { hash: 'today', verdict: 'pass' } } },
};
const waiting = (change: Partial<Approvals> = {}): Pick<Candidate, 'approvals'> => ({
  approvals: { since: NOW - HOUR, given: [], ...change },
});
const asks = (change: Partial<Candidate> = {}, rest: Partial<GateState> = {}) =>
  gate({ policy, open: [candidate({ ...waiting(), ...change })], ...rest });
const refused = { by: 'dan', why: 'not this week', at: NOW - MINUTE };
const none = { needed: 1, given: 0, role: 'release-manager' } as const;

const record = { kind: 'record-approvals', digest: A, reason: none } as const;
const wait = { kind: 'rest', reason: { kind: 'approval-wanted', ...none }, dueAt: NOW + 2 * HOUR, digest: A } as const;
const refusal = rejected({ kind: 'approval-refused', by: 'dan', why: 'not this week' });

const decides = (rows: Row[]) =>
  test.each(rows)('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));

describe('a gate that asks for approval', () => {
  decides([
    ['remembers first when the wait began', gate({ policy }), record],
    ['waits for as long as the policy says', asks(), wait],
    ['promotes what was approved', asks(waiting({ given: [ada] })), promote()],
    ['promotes what was approved also after its time', asks(waiting({ since: 1, given: [ada] })), promote()],
    [
      'rejects what nobody approved in time, and says how many were missing',
      asks(waiting({ since: NOW - 3 * HOUR })),
      rejected({ kind: 'approval-expired', ...none }),
    ],
    ['rejects what somebody refused', asks(waiting({ refused })), refusal],
    ['rejects what somebody refused, though it is approved', asks(waiting({ given: [ada], refused })), refusal],
    [
      'rejects what somebody refused before its checks were done',
      asks({ evidence: { functional: running() }, approvals: { given: [], refused } }),
      refusal,
    ],
    [
      'takes no approval of who asked for the promotion',
      asks({ ...waiting({ given: [ada] }), requestedBy: ['ada'] }),
      wait,
    ],
    [
      'remembers that an approval is void: the check was changed since',
      asks({
        ...waiting({
          given: [{ ...ada, covers: { ...ada.covers, checks: { functional: { hash: 'old', verdict: 'pass' } } } }],
        }),
      }),
      record,
    ],
    [
      'promotes nothing that it only observes before it is approved',
      asks({}, { policy: { ...policy, mode: 'observe' } }),
      wait,
    ],
  ]);
});

describe('approval comes after', () => {
  decides([
    ['trouble', asks({ trouble: busy }), inTrouble()],
    ['being superseded', asks({}, { current: promotion(B, 2) }), superseded(2)],
    ['intake', gate({ policy, open: [sighted(waiting())] }), { kind: 'intake', digest: A }],
    [
      'a missing verdict',
      asks({ evidence: {} }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 1, tries: 1 }] },
    ],
    [
      'a failed check, also of what was approved',
      asks({ ...waiting({ given: [ada] }), evidence: { functional: done('fail') } }),
      rejected({ kind: 'check-failed', checks: ['functional'], details: ['said fail'] }),
    ],
    ['a hold', asks({}, { hold: held }), { kind: 'rest', reason: heldReason, digest: A }],
    [
      'the soak: the time to approve begins when it has soaked',
      gate({ policy: { ...policy, soakMs: 2 * HOUR } }),
      { kind: 'rest', reason: { kind: 'soaking' }, dueAt: NOW + HOUR, digest: A },
    ],
  ]);
});

describe('a promotion that was begun', () => {
  const begun = { current: promotion(B, 0), stable: subjectOf(B), intention: intention(A, 1) };
  decides([
    ['goes on while its approval counts', asks(waiting({ given: [ada] }), begun), promote()],
    [
      'is dropped when its approval has become void',
      asks(waiting({ given: [{ ...ada, void: 'check "size" was not there' }] }), begun),
      { kind: 'drop', attempt: 7, reason: { kind: 'approval-wanted', ...none } },
    ],
    [
      'is dropped when somebody refuses',
      asks(waiting({ given: [ada], refused }), begun),
      { kind: 'drop', attempt: 7, reason: { kind: 'approval-refused', by: 'dan', why: 'not this week' } },
    ],
    [
      'is dropped when the policy asks for one more',
      asks(waiting({ given: [ada] }), { ...begun, policy: { ...policy, approval: { ...rule, quorum: 2 } } }),
      {
        kind: 'drop',
        attempt: 7,
        reason: { kind: 'approval-wanted', needed: 2, given: 1, role: 'release-manager' },
      },
    ],
    [
      'is completed once the stable tag has moved, whatever somebody says then',
      asks(waiting({ given: [ada], refused }), { ...begun, stable: subjectOf(A) }),
      promote(),
    ],
  ]);
});

describe('approval and several platforms', () => {
  const images = [
    { platform: 'linux/amd64', digest: subjectOf(B) },
    { platform: 'linux/arm64', digest: subjectOf(A) },
  ];
  const evidence = {
    'functional:linux/amd64': done('pass', { digest: subjectOf(B) }),
    'functional:linux/arm64': done('pass', { digest: subjectOf(A) }),
  };
  const passed = { hash: 'today', verdict: 'pass' as const };
  const both = { 'functional:linux/amd64': passed, 'functional:linux/arm64': passed };
  decides([
    [
      'what is approved is the verdict about each of them',
      asks({ ...waiting({ given: [{ ...ada, covers: { ...ada.covers, checks: both } }] }), images, evidence }),
      promote(),
    ],
    ['an approval of fewer platforms is void', asks({ ...waiting({ given: [ada] }), images, evidence }), record],
  ]);
});

describe('the fast lane', () => {
  const lane: GatePolicy = { ...policy, soakMs: 2 * HOUR, fastLane: { removes: 'high', approvals: 1 } };
  const mends = { functional: done('pass', { removes: { critical: 1 } }) };
  const bob = { ...ada, by: 'bob' };
  const soaking = (fastLane: number) =>
    ({ kind: 'rest', reason: { kind: 'soaking', fastLane }, dueAt: NOW + HOUR, digest: A }) as const;
  const { approval: _, ...unasked } = lane;
  decides([
    [
      'needs one more than the gate',
      asks({ ...waiting({ given: [ada] }), evidence: mends }, { policy: lane }),
      soaking(1),
    ],
    [
      'leaves the soak out when they are there',
      asks({ ...waiting({ given: [ada, bob] }), evidence: mends }, { policy: lane }),
      promote(),
    ],
    [
      'counts nobody who asked for the promotion',
      asks({ ...waiting({ given: [ada, bob] }), requestedBy: ['bob'], evidence: mends }, { policy: lane }),
      soaking(1),
    ],
    [
      'takes approvals also where the gate asks nobody otherwise',
      asks({ ...waiting({ given: [ada] }), evidence: mends }, { policy: unasked }),
      promote(),
    ],
  ]);
});

test('who asked that a candidate skip a wait does not approve it', () => {
  const override = {
    skip: 'soak' as const,
    by: 'ada',
    why: 'hotfix',
    at: NOW,
    agreed: { by: 'bob', why: 'yes', at: NOW },
  };

  expect(nextGateAction(asks({ ...waiting({ given: [ada] }), overrides: [override] }), NOW)).toEqual(wait);
});
