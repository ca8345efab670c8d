/** What holds of every decision about a gate, whatever state it is in. What is never promoted: gate-promotion-laws.test.ts. */
import { describe, expect, it } from 'vitest';
import { forCandidate, nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { Evidence } from '../../../shared/domain/gate-state.ts';
import { checkOf, questionsOf } from '../../../shared/domain/questions.ts';
import { askedAgain, everyState, hasMoved, isRecalled, ofApproval } from './decided-states.ts';
import { NOW } from './gate-builders.ts';

describe('the decision about a gate, in any state,', () => {
  it('is one action, the same each time, and leaves the state as it was', () => {
    const kinds = new Set<string>();

    everyState((state, action) => {
      const before = structuredClone(state);
      kinds.add(action.kind);
      expect(nextGateAction(state, NOW)).toEqual(action);
      expect(state).toEqual(before);
    });

    // Every kind of action was among them, so none of the laws below holds for want of a case.
    for (const { action } of ofApproval.decided) kinds.add(action.kind);
    expect([...kinds].toSorted()).toEqual([
      ...['announce-drift', 'ask-again', 'check', 'conclude', 'drop', 'follow', 'intake', 'promote', 'put-back'],
      ...['record-approvals', 'rest', 'restore', 'settle', 'watch'],
    ]);
  });

  it('never starts a check that runs alone while another such check runs, or two at once', () => {
    everyState((state, action) => {
      if (action.kind !== 'check') return;
      const alone = state.policy.checks.filter((check) => check.alone).map(({ name }) => name);
      const starting = action.checks.filter(({ check }) => alone.includes(checkOf(check)));
      const underWay = [...state.open, ...askedAgain(state)]
        .flatMap(({ evidence }) => Object.entries(evidence))
        .filter(([id, evidence]) => alone.includes(checkOf(id)) && isUnderWay(evidence));
      expect(starting.length + (starting.length > 0 ? underWay.length : 0)).toBeLessThanOrEqual(1);
    });
  });

  it('touches the stable tag for a drift only over an attempt of this gate, and speaks of each drift once', () => {
    everyState((state, action) => {
      if (action.kind === 'put-back') {
        expect(state.stableIsAttempt).toBe(true);
        expect(action).toMatchObject({ current: state.current?.subject, over: state.stable });
      }
      if (action.kind !== 'put-back' && action.kind !== 'announce-drift') return;
      expect(state.current?.subject).not.toBe(state.stable);
      expect(state.driftAnnounced).not.toBe(state.stable ?? 'none');
    });
  });

  it('completes a promotion only for the intention that was written down', () => {
    everyState((state, action) => {
      if (action.kind !== 'promote' || !state.intention) return;
      expect(action).toMatchObject({ digest: state.intention.digest, sequence: state.intention.sequence });
    });
  });

  it('is about an open candidate, the current one, or the promotion that was begun', () => {
    everyState((state, action) => {
      if (!('digest' in action) || action.digest === undefined || action.kind === 'restore') return;
      const known = [
        ...state.open.map(({ digest }) => digest),
        ...(state.standing ? [state.standing.digest] : []),
        ...(state.overtaken ? [state.overtaken] : []),
        ...(isRecalled(state) ? [state.current?.digest] : []),
        ...(hasMoved(state) ? [state.intention?.digest] : []),
      ];
      expect(known).toContain(action.digest);
    });
  });

  it('starts a check only of the policy, and each under an attempt that was never used', () => {
    everyState((state, action) => {
      if (action.kind !== 'check') return;
      const candidate = [...state.open, ...askedAgain(state)].find(({ digest }) => digest === action.digest);
      expect(candidate).toBeDefined();
      expect(action.checks.length).toBeGreaterThan(0);
      for (const { check, attempt } of action.checks) {
        expect(state.policy.checks.map(({ name }) => name)).toContain(checkOf(check));
        expect(attempt).toBeGreaterThan(candidate?.evidence[check]?.attempt ?? 0);
      }
    });
  });

  it('rests with a time that is to come, or for what a person or an event ends', () => {
    everyState((_, action) => {
      if (action.kind !== 'rest') return;
      if (action.dueAt === undefined)
        expect(['held', 'nothing-to-do', 'current-recalled']).toContain(action.reason.kind);
      else expect(action.dueAt).toBeGreaterThan(NOW);
      if (action.lookAgainAt !== undefined) expect(action.lookAgainAt).toBeGreaterThan(NOW);
    });
  });

  it('moves and settles nothing for what the checks of the current one say, and asks them after all that candidates need', () => {
    let times = 0;
    everyState((state, action) => {
      const { standing, overtaken } = state;
      if (!('digest' in action) || (action.digest !== standing?.digest && action.digest !== overtaken)) return;
      if (state.open.some(({ digest }) => digest === action.digest) || hasMoved(state)) return;
      expect(['ask-again', 'intake', 'check', 'conclude', 'rest', 'restore', 'drop']).toContain(action.kind);
      if (!['ask-again', 'intake', 'check', 'conclude'].includes(action.kind)) return;
      times += 1;
      for (const candidate of state.open) expect(['watch', 'rest']).toContain(forCandidate(state, candidate, NOW).kind);
    });
    expect(times).toBeGreaterThan(50);
  });

  it('finds that the current one holds only where every check of today has passed, and that has not ended', () => {
    let times = 0;
    everyState((state, action) => {
      if (action.kind !== 'conclude' || action.found.kind !== 'holds') return;
      times += 1;
      const { standing } = state;
      if (!standing) throw new Error('nothing holds that is not there');
      for (const { id, hash, digest } of questionsOf(state.policy, standing)) {
        expect(standing.evidence[id]).toMatchObject({ state: 'done', verdict: 'pass', checkHash: hash, digest });
        const answer = standing.evidence[id];
        if (answer?.state === 'done') expect(answer.expiresAt ?? Infinity).toBeGreaterThan(NOW);
      }
    });
    expect(times).toBeGreaterThan(3);
  });

  it('watches for 2 to 30 seconds', () => {
    everyState((_, action) => {
      if (action.kind !== 'watch') return;
      expect(action.seconds).toBeGreaterThanOrEqual(2);
      expect(action.seconds).toBeLessThanOrEqual(30);
    });
  });
});

const isUnderWay = (evidence: Evidence | undefined) => evidence?.state === 'running' && evidence.runId !== undefined;
