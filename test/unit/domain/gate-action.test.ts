import { describe, expect, test } from 'vitest';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import {
  A,
  B,
  candidate,
  done,
  gate,
  manual,
  MINUTE,
  NOW,
  promotion,
  running,
  sighted,
  subjectOf,
} from './gate-builders.ts';
import { busy, held, heldReason, inTrouble, promote, rejected, superseded, type Row } from './gate-rows.ts';

const { runId: _, ...neverScheduled } = running();

describe('an open candidate', () => {
  test.each<Row>([
    [
      'that no retry can mend is settled as failed',
      gate({ open: [sighted({ unusable: 'it has no linux/amd64' })] }),
      {
        kind: 'settle',
        digest: A,
        outcome: { kind: 'failed', reason: { kind: 'unusable', message: 'it has no linux/amd64' } },
      },
    ],
    ['in trouble rests until the next try', gate({ open: [candidate({ trouble: busy })] }), inTrouble()],
    [
      'goes on when its trouble has rested',
      gate({ open: [candidate({ trouble: { ...busy, retryAt: NOW } })] }),
      promote(),
    ],
    [
      'that is the current one is settled as promoted',
      gate({ current: promotion(A, 1), open: [candidate({ sequence: 4 })] }),
      { kind: 'settle', digest: A, outcome: { kind: 'promoted', unique: promotion(A, 1).unique } },
    ],
    [
      'that was aborted is settled as rejected',
      gate({ open: [candidate({ aborted: { by: 'ada', why: 'wrong' } })] }),
      rejected({ kind: 'aborted', by: 'ada', why: 'wrong' }),
    ],
    ['older than the current one is settled as superseded', gate({ current: promotion(B, 2) }), superseded(2)],
    [
      'older than the current one is superseded, a manual promotion too',
      gate({ current: promotion(B, 2), open: [candidate({ manual })] }),
      superseded(2),
    ],
    ['is superseded by a later sighting', gate({ latestSighting: 2 }), superseded(2)],
    [
      'is not superseded by a later sighting when a person asked for it',
      gate({ latestSighting: 2, upstream: { kind: 'at', digest: B }, open: [candidate({ manual })] }),
      promote(),
    ],
    ['is rejected when upstream is gone', gate({ upstream: { kind: 'gone' } }), rejected({ kind: 'withdrawn' })],
    [
      'is not rejected when upstream is gone and a person asked for it',
      gate({ upstream: { kind: 'gone' }, open: [candidate({ manual })] }),
      promote(),
    ],
    ['that is not in quarantine is taken in', gate({ open: [sighted()] }), { kind: 'intake', digest: A }],
    [
      'without a verdict is checked, every check at once',
      gate({
        policy: {
          checks: [
            { name: 'functional', hash: 'today' },
            { name: 'size', hash: 'today' },
          ],
          soakMs: 0,
        },
        open: [candidate({ evidence: {} })],
      }),
      {
        kind: 'check',
        digest: A,
        checks: [
          { check: 'functional', attempt: 1, tries: 1 },
          { check: 'size', attempt: 1, tries: 1 },
        ],
      },
    ],
    [
      'with a verdict of another hash is checked again, under the next attempt',
      gate({ open: [candidate({ evidence: { functional: done('pass', { checkHash: 'yesterday', attempt: 3 }) } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 4, tries: 1 }] },
    ],
    [
      'with a failed verdict of another hash is checked again, not rejected',
      gate({ open: [candidate({ evidence: { functional: done('fail', { checkHash: 'yesterday' }) } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 2, tries: 1 }] },
    ],
    [
      'with a verdict that speaks of another digest is checked again',
      gate({ open: [candidate({ evidence: { functional: done('pass', { digest: subjectOf(B) }) } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 2, tries: 1 }] },
    ],
    [
      'is checked again when a run was written down and never scheduled',
      gate({ open: [candidate({ evidence: { functional: neverScheduled } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 2, tries: 1 }] },
    ],
    [
      'is checked again when a run is of an earlier opening',
      gate({ open: [candidate({ opening: 2, evidence: { functional: running() } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 2, tries: 1 }] },
    ],
    [
      'is asked anew about an unknown verdict of an earlier opening',
      gate({ open: [candidate({ opening: 2, evidence: { functional: done('unknown', { tries: 4, attempt: 4 }) } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 5, tries: 1 }] },
    ],
    ['keeps a verdict of an earlier opening', gate({ open: [candidate({ opening: 2 })] }), promote()],
    [
      'is watched while a check is under way',
      gate({ open: [candidate({ evidence: { functional: running({ startedAt: NOW - MINUTE }) } })] }),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'is rejected for any failed check, with the reasons of each',
      gate({
        policy: {
          checks: ['functional', 'size', 'user'].map((name) => ({ name, hash: 'today' })),
          soakMs: 0,
        },
        open: [
          candidate({
            evidence: {
              functional: done('fail', { reasons: ['exit code 1', 'red'] }),
              size: done('pass'),
              user: done('fail', { reasons: ['exit code 2'] }),
            },
          }),
        ],
      }),
      rejected({
        kind: 'check-failed',
        checks: ['functional', 'user'],
        details: ['exit code 1', 'red', 'exit code 2'],
      }),
    ],
    [
      'rests after an unknown verdict until it is asked again',
      gate({ open: [candidate({ evidence: { functional: done('unknown', { finishedAt: NOW - 59_999 }) } })] }),
      { kind: 'rest', reason: { kind: 'checking-again', checks: ['functional'] }, dueAt: NOW + 1, digest: A },
    ],
    [
      'is asked again a minute after the first unknown verdict',
      gate({ open: [candidate({ evidence: { functional: done('unknown', { finishedAt: NOW - MINUTE }) } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 2, tries: 2 }] },
    ],
    [
      'is asked again ten minutes after the second',
      gate({ open: [candidate({ evidence: { functional: done('unknown', { tries: 2, attempt: 2 }) } })] }),
      { kind: 'rest', reason: { kind: 'checking-again', checks: ['functional'] }, dueAt: NOW + 9 * MINUTE, digest: A },
    ],
    [
      'is asked again an hour after the third',
      gate({ open: [candidate({ evidence: { functional: done('unknown', { tries: 3, attempt: 3 }) } })] }),
      { kind: 'rest', reason: { kind: 'checking-again', checks: ['functional'] }, dueAt: NOW + 59 * MINUTE, digest: A },
    ],
    [
      'is rejected as undecided after the fourth',
      gate({ open: [candidate({ evidence: { functional: done('unknown', { tries: 4 }) } })] }),
      rejected({ kind: 'undecided', checks: ['functional'], details: ['said unknown'] }),
    ],
    [
      'rests while the gate is held, and says who holds it and why',
      gate({ hold: held }),
      { kind: 'rest', reason: heldReason, digest: A },
    ],
    [
      'soaks from when it was seen',
      gate({ policy: { checks: [{ name: 'functional', hash: 'today' }], soakMs: 90 * MINUTE } }),
      { kind: 'rest', reason: { kind: 'soaking' }, dueAt: NOW + 30 * MINUTE, digest: A },
    ],
    [
      'has soaked to the very millisecond',
      gate({ policy: { checks: [{ name: 'functional', hash: 'today' }], soakMs: 60 * MINUTE } }),
      promote(),
    ],
    [
      'is asked again where a verdict has ended, to the very millisecond',
      gate({ open: [candidate({ evidence: { functional: done('pass', { expiresAt: NOW, attempt: 3, tries: 2 }) } })] }),
      { kind: 'check', digest: A, checks: [{ check: 'functional', attempt: 4, tries: 1 }] },
    ],
    [
      'is promoted while its verdict still counts',
      gate({ open: [candidate({ evidence: { functional: done('pass', { expiresAt: NOW + 1 }) } })] }),
      promote(),
    ],
    [
      'is not asked again before it has soaked: the answer would have ended by then',
      gate({
        policy: { checks: [{ name: 'functional', hash: 'today' }], soakMs: 90 * MINUTE },
        open: [candidate({ evidence: { functional: done('pass', { expiresAt: NOW }) } })],
      }),
      { kind: 'rest', reason: { kind: 'soaking' }, dueAt: NOW + 30 * MINUTE, digest: A },
    ],
    [
      'is rejected by a fail that has ended too, since nothing says that it is better',
      gate({ open: [candidate({ evidence: { functional: done('fail', { expiresAt: NOW }) } })] }),
      rejected({ kind: 'check-failed', checks: ['functional'], details: ['said fail'] }),
    ],
    [
      'is not promoted after one 404, and is looked at again',
      gate({ upstream: { kind: 'unsure', askAgainAt: NOW + 40_000 } }),
      {
        kind: 'rest',
        reason: { kind: 'upstream-unreachable', message: 'the tag was not there at the last look' },
        dueAt: NOW + 40_000,
        digest: A,
      },
    ],
    [
      'is not promoted while the upstream cannot be asked, and rests with a back-off',
      gate({ upstream: { kind: 'unreachable', message: 'refused' }, failures: 2 }),
      {
        kind: 'rest',
        reason: { kind: 'upstream-unreachable', message: 'refused' },
        dueAt: NOW + 4 * MINUTE,
        digest: A,
      },
    ],
    [
      'is promoted while the upstream cannot be asked when a person asked for it',
      gate({ upstream: { kind: 'unreachable', message: 'refused' }, open: [candidate({ manual })] }),
      promote(),
    ],
    ['is promoted otherwise', gate(), promote()],
  ])('%s', (_, state, action) => expect(nextGateAction(state, NOW)).toEqual(action));
});
