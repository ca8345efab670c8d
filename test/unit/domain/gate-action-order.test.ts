import { describe, expect, test } from 'vitest';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import { A, B, candidate, done, gate, manual, MINUTE, NOW, promotion, running, sighted } from './gate-builders.ts';
import { busy, held, heldReason, inTrouble, promote, rejected, superseded, type Row } from './gate-rows.ts';

describe('of two rules that apply to a candidate, the first wins', () => {
  const failing = { evidence: { functional: done('fail') } };
  test.each<Row>([
    [
      'trouble before abort',
      gate({ open: [candidate({ trouble: busy, aborted: { by: 'ada', why: 'wrong' } })] }),
      inTrouble(),
    ],
    [
      'being current before abort',
      gate({ current: promotion(A, 1), open: [candidate({ aborted: { by: 'ada', why: 'wrong' } })] }),
      { kind: 'settle', digest: A, outcome: { kind: 'promoted', unique: promotion(A, 1).unique } },
    ],
    [
      'abort before being older than the current one',
      gate({ current: promotion(B, 2), open: [candidate({ aborted: { by: 'ada', why: 'wrong' } })] }),
      rejected({ kind: 'aborted', by: 'ada', why: 'wrong' }),
    ],
    [
      'being older than the current one before a later sighting',
      gate({ current: promotion(B, 2), latestSighting: 3 }),
      superseded(2),
    ],
    ['a later sighting before a failed check', gate({ latestSighting: 2, open: [candidate(failing)] }), superseded(2)],
    [
      'withdrawal before intake',
      gate({ upstream: { kind: 'gone' }, open: [sighted()] }),
      rejected({ kind: 'withdrawn' }),
    ],
    [
      'a missing check before one that runs',
      gate({
        policy: {
          checks: [
            { name: 'functional', hash: 'today' },
            { name: 'size', hash: 'today' },
          ],
          soakMs: 0,
        },
        open: [candidate({ evidence: { functional: running() } })],
      }),
      { kind: 'check', digest: A, checks: [{ check: 'size', attempt: 1, tries: 1 }] },
    ],
    [
      'a check that runs before one that failed',
      gate({
        policy: {
          checks: [
            { name: 'functional', hash: 'today' },
            { name: 'size', hash: 'today' },
          ],
          soakMs: 0,
        },
        open: [candidate({ evidence: { functional: done('fail'), size: running() } })],
      }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'a fail before an unknown',
      gate({
        policy: {
          checks: [
            { name: 'functional', hash: 'today' },
            { name: 'size', hash: 'today' },
          ],
          soakMs: 0,
        },
        open: [candidate({ evidence: { functional: done('unknown'), size: done('fail') } })],
      }),
      rejected({ kind: 'check-failed', checks: ['size'], details: ['said fail'] }),
    ],
    [
      'an unknown before a hold',
      gate({ hold: held, open: [candidate({ evidence: { functional: done('unknown', { tries: 4 }) } })] }),
      rejected({ kind: 'undecided', checks: ['functional'], details: ['said unknown'] }),
    ],
    [
      'a fail before a hold',
      gate({ hold: held, open: [candidate(failing)] }),
      rejected({ kind: 'check-failed', checks: ['functional'], details: ['said fail'] }),
    ],
    [
      'a hold before the soak',
      gate({ hold: held, policy: { checks: [{ name: 'functional', hash: 'today' }], soakMs: 90 * MINUTE } }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
    [
      'of a soak and an upstream that cannot be asked, what is due first says why',
      gate({
        upstream: { kind: 'unreachable', message: 'refused' },
        policy: { checks: [{ name: 'functional', hash: 'today' }], soakMs: 90 * MINUTE },
      }),
      { kind: 'rest', reason: { kind: 'upstream-unreachable', message: 'refused' }, dueAt: NOW + MINUTE },
    ],
  ])('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));
});

describe('among candidates', () => {
  const older = (change = {}) => candidate({ digest: B, sequence: 1, manual, ...change });
  const newer = (change = {}) => candidate({ digest: A, sequence: 2, ...change });
  const latest = { latestSighting: 2 };
  test.each<Row>([
    ['the newest that can act goes first', gate({ ...latest, open: [older(), newer()] }), promote(A, 2)],
    [
      'one that can act goes before a newer one that is watched',
      gate({ ...latest, open: [older(), newer({ evidence: { functional: running() } })] }),
      promote(B, 1),
    ],
    [
      'one that can act goes before a newer one that rests',
      gate({ ...latest, open: [older(), newer({ trouble: busy })] }),
      promote(B, 1),
    ],
    [
      'one that is watched goes before a newer one that rests',
      gate({ ...latest, open: [older({ evidence: { functional: running() } }), newer({ trouble: busy })] }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'the one to be looked at soonest is watched',
      gate({
        ...latest,
        open: [
          older({ evidence: { functional: running({ startedAt: NOW - 3 * MINUTE }) } }),
          newer({ evidence: { functional: running({ startedAt: NOW }) } }),
        ],
      }),
      { kind: 'watch', seconds: 2 },
    ],
    [
      'the one that is due first says why the gate rests',
      gate({ ...latest, hold: held, open: [older({ trouble: busy }), newer()] }),
      inTrouble(B),
    ],
    [
      'a candidate says why rather than the gate when nothing is due',
      gate({ hold: held }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
  ])('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));
});

describe('with nothing open', () => {
  const idle = { open: [] };
  test.each<Row>([
    ['a gate rests until something happens', gate(idle), { kind: 'rest', reason: { kind: 'nothing-to-do' } }],
    [
      'a gate whose tag may be gone is looked at again',
      gate({ ...idle, upstream: { kind: 'unsure', askAgainAt: NOW + 40_000 } }),
      {
        kind: 'rest',
        reason: { kind: 'upstream-unreachable', message: 'the tag was not there at the last look' },
        dueAt: NOW + 40_000,
      },
    ],
    [
      'a gate whose upstream cannot be asked rests a minute the first time',
      gate({ ...idle, upstream: { kind: 'unreachable', message: 'refused' } }),
      { kind: 'rest', reason: { kind: 'upstream-unreachable', message: 'refused' }, dueAt: NOW + MINUTE },
    ],
    [
      'and an hour at most',
      gate({ ...idle, upstream: { kind: 'unreachable', message: 'refused' }, failures: 40 }),
      { kind: 'rest', reason: { kind: 'upstream-unreachable', message: 'refused' }, dueAt: NOW + 60 * MINUTE },
    ],
  ])('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));
});
