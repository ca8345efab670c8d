/** The rules that the policy of a gate turns: observing, keeping what was replaced, checks that run alone; and what becomes of a drift. */
import { describe, expect, test } from 'vitest';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import {
  A,
  B,
  C,
  candidate,
  done,
  gate,
  intention,
  manual,
  MINUTE,
  NOW,
  promotion,
  running,
  shadow,
  subjectOf,
} from './gate-builders.ts';
import { held, heldReason, promote, superseded, type Row } from './gate-rows.ts';

const checks = [{ name: 'functional', hash: 'today' }];
const observe: GatePolicy = { checks, soakMs: 0, mode: 'observe' };
const keep: GatePolicy = { checks, soakMs: 30 * MINUTE, whenReplaced: 'keep' };
const task = (name: string) => ({ name, hash: 'today', alone: true as const });
const observed = { kind: 'settle', digest: A, outcome: { kind: 'observed' } } as const;

const decides = (rows: Row[]) =>
  test.each(rows)('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));

describe('while a gate only observes', () => {
  decides([
    ['what would be promoted is settled as observed', gate({ policy: observe }), observed],
    [
      'a person who asks for a promotion gets an observation',
      gate({ policy: observe, open: [candidate({ manual })] }),
      observed,
    ],
    [
      'every rule before the promotion is kept',
      gate({ policy: observe, hold: held }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
    [
      'what was observed and is sighted again is settled as observed',
      gate({
        policy: observe,
        shadow: shadow(A, 1),
        latestSighting: 4,
        open: [candidate({ sequence: 4, evidence: {} })],
      }),
      observed,
    ],
    [
      'what is older than the one observed last is superseded',
      gate({ policy: observe, shadow: shadow(B, 2) }),
      superseded(2),
    ],
    [
      'the current one, sighted after another was observed, is observed in its turn',
      gate({
        policy: observe,
        current: promotion(A, 1),
        shadow: shadow(B, 2),
        latestSighting: 3,
        open: [candidate({ sequence: 3 })],
      }),
      observed,
    ],
    [
      'the current one, with nothing observed since, is settled as promoted',
      gate({ policy: observe, current: promotion(A, 1), latestSighting: 3, open: [candidate({ sequence: 3 })] }),
      { kind: 'settle', digest: A, outcome: { kind: 'promoted', unique: promotion(A, 1).unique } },
    ],
    [
      'what was observed before the current one was promoted counts no more',
      gate({ policy: observe, current: promotion(B, 3), shadow: shadow(A, 2), open: [candidate({ sequence: 2 })] }),
      superseded(3),
    ],
    [
      'a promotion that was begun is dropped',
      gate({ policy: observe, intention: intention(A, 1) }),
      { kind: 'drop', attempt: 7, reason: { kind: 'nothing-to-do' } },
    ],
  ]);

  test('a gate that promotes counts with nothing that was observed', () => {
    expect(nextGateAction(gate({ shadow: shadow(B, 2) }), NOW)).toEqual(promote());
  });
});

describe('a gate that keeps what was replaced', () => {
  const older = candidate({ digest: A, sequence: 1 });
  const newer = candidate({ digest: B, sequence: 2, seenSince: NOW - 10 * MINUTE });
  const replaced = { policy: keep, latestSighting: 2, upstream: { kind: 'at', digest: B } as const };

  decides([
    ['promotes the newest that is old enough', gate({ ...replaced, open: [newer, older] }), promote(A, 1)],
    [
      'promotes the newest of those that are old enough',
      gate({ ...replaced, open: [older, candidate({ digest: B, sequence: 2 })] }),
      promote(B, 2),
    ],
    [
      'gives up what is older than the current one',
      gate({ ...replaced, current: promotion(B, 2), open: [older] }),
      superseded(2),
    ],
    ['promotes what is gone upstream', gate({ policy: keep, upstream: { kind: 'gone' } }), promote()],
    [
      'promotes while the upstream cannot be asked',
      gate({ policy: keep, upstream: { kind: 'unreachable', message: 'refused' } }),
      promote(),
    ],
    [
      'promotes after one 404',
      gate({ policy: keep, upstream: { kind: 'unsure', askAgainAt: NOW + MINUTE } }),
      promote(),
    ],
  ]);
});

describe('checks that run alone', () => {
  const two: GatePolicy = { checks: [...checks, task('build'), task('image')], soakMs: 0 };
  const startedAt = NOW - MINUTE;

  decides([
    [
      'start one at a time, beside all others',
      gate({ policy: two, open: [candidate({ evidence: {} })] }),
      {
        kind: 'check',
        digest: A,
        checks: [
          { check: 'functional', attempt: 1, tries: 1 },
          { check: 'build', attempt: 1, tries: 1 },
        ],
      },
    ],
    [
      'wait while another of the same candidate runs',
      gate({
        policy: two,
        open: [candidate({ evidence: { functional: done('pass'), build: running({ startedAt }) } })],
      }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'start when the other has ended',
      gate({ policy: two, open: [candidate({ evidence: { functional: done('pass'), build: done('pass') } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'image', attempt: 1, tries: 1 }] },
    ],
    [
      'wait while one of another candidate runs, and let the other checks begin',
      gate({
        policy: { ...two, whenReplaced: 'keep' },
        open: [
          candidate({ sequence: 2, digest: B, evidence: {} }),
          candidate({ evidence: { functional: done('pass'), build: running({ startedAt }) } }),
        ],
      }),
      { kind: 'check', digest: B, checks: [{ check: 'functional', attempt: 1, tries: 1 }] },
    ],
    [
      'wait while one of another candidate runs',
      gate({
        policy: { ...two, whenReplaced: 'keep' },
        open: [
          candidate({ sequence: 2, digest: B, evidence: { functional: done('pass', { digest: subjectOf(B) }) } }),
          candidate({ evidence: { functional: done('pass'), build: running({ startedAt }) } }),
        ],
      }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'wait for a run of a check that was changed meanwhile',
      gate({
        policy: two,
        open: [
          candidate({ evidence: { functional: done('pass'), build: running({ startedAt, checkHash: 'yesterday' }) } }),
        ],
      }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'are asked again in turn after an unknown verdict',
      gate({
        policy: two,
        open: [candidate({ evidence: { functional: done('pass'), build: done('unknown'), image: done('unknown') } })],
      }),
      { kind: 'check', digest: A, checks: [{ check: 'build', attempt: 2, tries: 2 }] },
    ],
  ]);
});

describe('a stable tag that names something else than the current digest', () => {
  const drifted = { current: promotion(A, 1), open: [], stable: subjectOf(B) };

  decides([
    [
      'is put back over an attempt of this gate',
      gate({ ...drifted, stableIsAttempt: true }),
      { kind: 'put-back', current: subjectOf(A), over: subjectOf(B) },
    ],
    ['is announced when nothing of this gate did that', gate(drifted), { kind: 'announce-drift', found: subjectOf(B) }],
    [
      'is announced when it is not there',
      gate({ ...drifted, stable: undefined }),
      { kind: 'announce-drift', found: 'none' },
    ],
    [
      'is left alone once that was announced',
      gate({ ...drifted, driftAnnounced: subjectOf(B) }),
      { kind: 'rest', reason: { kind: 'nothing-to-do' } },
    ],
    [
      'is left alone when it could not be put back',
      gate({ ...drifted, stableIsAttempt: true, driftAnnounced: subjectOf(B) }),
      { kind: 'rest', reason: { kind: 'nothing-to-do' } },
    ],
    [
      'is announced again when it has moved on',
      gate({ ...drifted, driftAnnounced: subjectOf(C) }),
      { kind: 'announce-drift', found: subjectOf(B) },
    ],
    [
      'does not stop the next promotion',
      gate({
        ...drifted,
        driftAnnounced: subjectOf(B),
        latestSighting: 2,
        open: [candidate({ digest: C, sequence: 2 })],
      }),
      promote(C, 2),
    ],
    [
      'waits for a promotion that was begun',
      gate({
        ...drifted,
        open: [candidate({ digest: C, sequence: 2 })],
        latestSighting: 2,
        intention: intention(C, 2),
      }),
      promote(C, 2),
    ],
    [
      "is nobody's before the first promotion",
      gate({ stable: subjectOf(B), open: [] }),
      { kind: 'rest', reason: { kind: 'nothing-to-do' } },
    ],
  ]);
});
