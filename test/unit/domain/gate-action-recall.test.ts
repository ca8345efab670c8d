/** What a gate does about a recalled digest, and what a recall is stronger than. */
import { describe, expect, test } from 'vitest';
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import type { Earlier, Recall } from '../../../shared/domain/recall.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { A, B, C, candidate, done, gate, intention, MINUTE, NOW, promotion, subjectOf } from './gate-builders.ts';
import { held, heldReason, promote, rejected, type Row } from './gate-rows.ts';

const recalled = (digest: Digest): Recall => ({ digest, subject: subjectOf(digest), by: 'ada', why: 'CVE', at: NOW });
const earlier = (digest: Digest, sequence: number, state: Earlier['state'] = 'untried'): Earlier => {
  const { subject, unique } = promotion(digest, sequence);
  return { digest, subject, sequence, unique, state };
};
const checks = [{ name: 'functional', hash: 'today' }];
const frozenSoak: GatePolicy = {
  checks,
  soakMs: 90 * MINUTE,
  freeze: [
    { kind: 'dates', from: { date: '2026-01-01', minute: 0 }, to: { date: '2026-12-31', minute: 0 }, zone: 'UTC' },
  ],
};

/** B was promoted last, and was recalled; A before it. */
const state = (change: Partial<GateState> = {}): GateState =>
  gate({
    current: promotion(B, 5),
    recalled: [recalled(B)],
    earlier: [earlier(A, 1)],
    latestSighting: 5,
    open: [],
    ...change,
  });
const putBack = (change: Partial<Candidate> = {}) =>
  candidate({ restores: { over: B, subject: subjectOf(A), unique: promotion(A, 1).unique }, ...change });
const open = (change: Partial<GateState> = {}, of = putBack()) =>
  state({ earlier: [earlier(A, 1, 'under-way')], open: [of], ...change });

const restore = (digest: Digest, sequence: number): GateAction => {
  const { subject, unique } = promotion(digest, sequence);
  return { kind: 'restore', digest, sequence, restores: { over: B, subject, unique, recalledAt: NOW } };
};
const stays = (instead: string): GateAction => ({
  kind: 'rest',
  reason: { kind: 'current-recalled', by: 'ada', why: 'CVE', instead },
  digest: B,
});
const reason = { kind: 'recalled', by: 'ada', why: 'CVE' } as const;

const decides = (rows: Row[]) =>
  test.each(rows)('%s', (_, given, action) => expect(nextGateAction(given, NOW)).toEqual(action));

describe('a recalled current digest', () => {
  decides([
    ['makes room for the one before it', state(), restore(A, 1)],
    ['makes room for the newest of those before', state({ earlier: [earlier(A, 1), earlier(C, 3)] }), restore(C, 3)],
    [
      'makes room for none that was recalled',
      state({ recalled: [recalled(B), recalled(C)], earlier: [earlier(A, 1), earlier(C, 3)] }),
      restore(A, 1),
    ],
    [
      'makes room for none that did not pass',
      state({ earlier: [earlier(A, 1), earlier(C, 3, 'tried')] }),
      restore(A, 1),
    ],
    [
      'waits for the one that is being put back',
      open({}, putBack({ trouble: { message: 'busy', times: 1, retryAt: NOW + MINUTE } })),
      { kind: 'rest', reason: { kind: 'trouble', message: 'busy' }, dueAt: NOW + MINUTE, digest: A },
    ],
    [
      'stays where none is left',
      state({ earlier: [] }),
      stays('no earlier promotion passes today’s checks; promote another digest'),
    ],
    [
      'stays while everything is held',
      state({ hold: { ...held, everything: true } }),
      stays('everything is held by ada, so nothing is put back'),
    ],
    [
      'stays where the gate only observes',
      state({ policy: { checks, soakMs: 0, mode: 'observe' } }),
      stays('the gate only observes, so nothing is put back'),
    ],
    ['makes room though the gate is held', state({ hold: held }), restore(A, 1)],
    [
      'lets what came later pass',
      state({ latestSighting: 6, earlier: [earlier(C, 1)], open: [candidate({ sequence: 6 })] }),
      promote(A, 6),
    ],
    [
      'lets what a person asked for before it pass',
      state({ earlier: [], open: [candidate({ sequence: 4, manual: held })] }),
      promote(A, 4),
    ],
  ]);
});

describe('what is put back', () => {
  decides([
    ['is promoted with its old number, though the upstream names another', open(), promote(A, 1)],
    ['waits for no hold of the gate', open({ hold: held }), promote(A, 1)],
    ['waits for no soak and no freeze', open({ policy: frozenSoak }), promote(A, 1)],
    ['waits for no upstream', open({ upstream: { kind: 'unreachable', message: 'refused' } }), promote(A, 1)],
    [
      'is not promoted while everything is held',
      open({ hold: { ...held, everything: true } }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
    [
      'is checked by the checks of today',
      open({}, putBack({ evidence: {} })),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 1, tries: 1 }] },
    ],
    [
      'is asked again where its verdict has ended: a recall is in no such hurry',
      open({}, putBack({ evidence: { functional: done('pass', { expiresAt: NOW }) } })),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 2, tries: 1 }] },
    ],
    [
      'is rejected when it does not pass',
      open({}, putBack({ evidence: { functional: done('fail') } })),
      rejected({ kind: 'check-failed', checks: ['functional'], details: ['said fail'] }),
    ],
    [
      'is completed once the stable tag names it',
      open({ intention: intention(A, 1), stable: subjectOf(A), hold: held }),
      promote(A, 1),
    ],
    [
      'is superseded when another was promoted meanwhile',
      open({ current: promotion(C, 7), recalled: [recalled(B)], stable: subjectOf(C) }),
      { kind: 'settle', digest: A, outcome: { kind: 'superseded', by: 7 } },
    ],
  ]);
});

describe('a recalled digest', () => {
  decides([
    ['that is open again is rejected', gate({ recalled: [recalled(A)] }), rejected(reason)],
    [
      'that is open again goes on when its recall was lifted',
      gate({ recalled: [{ ...recalled(A), lifted: { by: 'bob', why: 'the wrong one', at: NOW } }] }),
      { kind: 'promote', digest: A, sequence: 1 },
    ],
    [
      'is rejected also when a person asks for it',
      gate({ recalled: [recalled(A)], open: [candidate({ manual: held })] }),
      rejected(reason),
    ],
    [
      'takes everything with it that has the same subject',
      gate({ recalled: [{ ...recalled(C), subject: subjectOf(A) }] }),
      rejected(reason),
    ],
    [
      'drops a promotion that was begun',
      gate({ recalled: [recalled(A)], intention: intention(A, 1) }),
      { kind: 'drop', attempt: 7, reason },
    ],
  ]);
});
