/** When the checks of the current digest are asked again, and what comes of it: nothing is settled, and candidates go first. */
import { describe, expect, test } from 'vitest';
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import { nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import type { Reason } from '../../../shared/domain/outcome.ts';
import {
  A,
  B,
  C,
  candidate,
  done,
  gate,
  MINUTE,
  NOW,
  promotion,
  running,
  sighted,
  subjectOf,
} from './gate-builders.ts';
import { busy, held, heldReason, inTrouble, promote, type Row } from './gate-rows.ts';

const DAY = 24 * 60 * MINUTE;
const today = (change: Parameters<typeof done>[1] = {}) => ({ functional: done('pass', change) });

/** A is the current one, settled as such, and nothing is open. */
const state = (standing: Partial<Candidate> = {}, change: Partial<GateState> = {}): GateState =>
  gate({ current: promotion(A, 1), open: [], standing: candidate(standing), ...change });
const again = { subject: subjectOf(A), since: NOW - 5 * MINUTE };
const asked = (standing: Partial<Candidate> = {}, change: Partial<GateState> = {}): GateState =>
  state({ again, ...standing }, change);

const askAgain: GateAction = { kind: 'ask-again', digest: A };
const check = (attempt: number, tries = 1): GateAction => ({
  kind: 'check',
  digest: A,
  checks: [{ check: 'functional', attempt, tries }],
});
const rest = (change: object = {}): GateAction => ({ kind: 'rest', reason: { kind: 'nothing-to-do' }, ...change });
const left = (digest = A): GateAction => ({ kind: 'conclude', digest, found: { kind: 'left' } });
const proposed = (reason: Reason): GateAction => ({
  kind: 'conclude',
  digest: A,
  found: { kind: 'propose-recall', reason },
});

const decides = (rows: Row[]) =>
  test.each(rows)('%s', (_, given, action) => expect(nextGateAction(given, NOW)).toEqual(action));

describe('the current digest', () => {
  decides([
    ['is left alone while its verdicts count for ever', state({ evidence: today() }), rest()],
    [
      'is looked at again when a verdict ends',
      state({ evidence: today({ expiresAt: NOW + DAY }) }),
      rest({ lookAgainAt: NOW + DAY }),
    ],
    ['is asked again when one has ended', state({ evidence: today({ expiresAt: NOW }) }), askAgain],
    ['is asked again when a check is another one', state({ evidence: today({ checkHash: 'yesterday' }) }), askAgain],
    ['is asked again when there is one check more', state({ evidence: {} }), askAgain],
    ['is asked again when a run was given up', state({ evidence: { functional: running() } }), askAgain],
    [
      'is not asked again because it failed: that is a person’s to decide',
      state({ evidence: { functional: done('fail') } }),
      rest(),
    ],
    [
      'is asked again when it failed, and that has ended',
      state({ evidence: { functional: done('fail', { expiresAt: NOW }) } }),
      askAgain,
    ],
    [
      'is looked at again a day after it stayed undecided',
      state({ evidence: { functional: done('unknown', { tries: 4, finishedAt: NOW - MINUTE }) } }),
      rest({ lookAgainAt: NOW - MINUTE + DAY }),
    ],
    [
      'is not asked again once it was recalled',
      state(
        { evidence: {} },
        { recalled: [{ digest: A, subject: subjectOf(A), by: 'ada', why: 'CVE', at: NOW }], earlier: [] },
      ),
      {
        kind: 'rest',
        reason: {
          kind: 'current-recalled',
          by: 'ada',
          why: 'CVE',
          instead: 'no earlier promotion passes today’s checks; promote another digest',
        },
        digest: A,
      },
    ],
    [
      'is asked again while everything is held',
      state({ evidence: {} }, { hold: { ...held, everything: true } }),
      askAgain,
    ],
  ]);
});

describe('a current digest that is asked again', () => {
  decides([
    ['is taken in when it is not in quarantine', gone(), { kind: 'intake', digest: A }],
    ['is asked what has ended', asked({ evidence: today({ expiresAt: NOW }) }), check(2)],
    [
      'is asked what failed and has ended',
      asked({ evidence: { functional: done('fail', { expiresAt: NOW }) } }),
      check(2),
    ],
    ['is watched', asked({ evidence: { functional: running() } }), { kind: 'watch', seconds: 6 }],
    [
      'is asked again when it has no verdict',
      asked({ evidence: { functional: done('unknown', { finishedAt: NOW - MINUTE }) } }),
      check(2, 2),
    ],
    [
      'rests until it is asked again',
      asked({ evidence: { functional: done('unknown', { finishedAt: NOW }) } }),
      { kind: 'rest', reason: { kind: 'checking-again', checks: ['functional'] }, digest: A, dueAt: NOW + MINUTE },
    ],
    ['holds when everything passes', asked(), { kind: 'conclude', digest: A, found: { kind: 'holds' } }],
    [
      'is proposed to be recalled when a check fails',
      asked({ evidence: { functional: done('fail') } }),
      proposed({ kind: 'check-failed', checks: ['functional'], details: ['said fail'] }),
    ],
    [
      'is proposed to be recalled when nobody knows after every try',
      asked({ evidence: { functional: done('unknown', { tries: 4 }) } }),
      proposed({ kind: 'undecided', checks: ['functional'], details: ['said unknown'] }),
    ],
    [
      'is proposed to be recalled when it cannot be asked at all',
      asked({ unusable: 'it is not there any more' }),
      proposed({ kind: 'unusable', message: 'it is not there any more' }),
    ],
    ['rests when it is in trouble', asked({ trouble: busy }), inTrouble()],
    [
      'is left when it is recalled meanwhile',
      asked(
        {},
        {
          recalled: [{ digest: A, subject: subjectOf(A), by: 'ada', why: 'CVE', at: NOW }],
          hold: { ...held, everything: true },
        },
      ),
      left(),
    ],
    ['is left when it is not the current one any more', state({}, { overtaken: C }), left(C)],
  ]);

  function gone(): GateState {
    const { subject: _, images: __, ...rest } = candidate({ again });
    return state({}, { standing: rest });
  }
});

describe('beside an open candidate', () => {
  const newer = { sequence: 2, digest: B };
  const beside = (open: Candidate, standing: Partial<Candidate>, change: Partial<GateState> = {}) =>
    state(standing, { open: [open], upstream: { kind: 'at', digest: B }, latestSighting: 2, ...change });

  decides([
    ['what that needs goes first', beside(sighted(newer), { evidence: {} }), { kind: 'intake', digest: B }],
    ['its promotion too', beside(candidate(newer), { again, evidence: {} }), promote(B, 2)],
    [
      'the current one is asked while that is watched',
      beside(candidate({ ...newer, evidence: { functional: running() } }), { evidence: {} }),
      askAgain,
    ],
    [
      'a gate rests with what that waits for, and looks again before',
      beside(candidate(newer), { evidence: today({ expiresAt: NOW + DAY }) }, { hold: held }),
      { kind: 'rest', reason: heldReason, digest: B, lookAgainAt: NOW + DAY },
    ],
    [
      'a check that runs alone waits for its turn',
      beside(
        candidate({ ...newer, evidence: { functional: running() } }),
        { again, evidence: {} },
        { policy: { checks: [{ name: 'functional', hash: 'today', alone: true }], soakMs: 0 } },
      ),
      { kind: 'watch', seconds: 6 },
    ],
  ]);
});
