/** What holds of the decision about a gate in every state that a look may answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../shared/domain/approval-content.ts';
import { standingOf } from '../../../shared/domain/approvals.ts';
import { frozenAt } from '../../../shared/domain/freeze.ts';
import { nextGateAction, type GateAction } from '../../../shared/domain/gate-action.ts';
import type { Candidate, Evidence, GateState } from '../../../shared/domain/gate-state.ts';
import { checkOf } from '../../../shared/domain/questions.ts';
import { approvalStates, gateStates } from './gate-arbitrary.ts';
import { NOW } from './gate-builders.ts';

type Promote = Extract<GateAction, { kind: 'promote' }>;
const RUNS = 1_500;
const SEED = 3;

describe('the decision about a gate, in any state,', () => {
  it('is one action, the same each time, and leaves the state as it was', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(gateStates, (state) => {
        const before = structuredClone(state);

        const action = nextGateAction(state, NOW);

        kinds.add(action.kind);
        expect(state).toEqual(before);
        expect(nextGateAction(before, NOW)).toEqual(action);
      }),
      // Always the same states, since what is asserted of all of them together must not depend on luck.
      { numRuns: 3 * RUNS, seed: SEED },
    );
    // Every kind of action was among them, so none of the laws below holds for want of a case.
    expect([...kinds].toSorted()).toEqual([
      ...['announce-drift', 'check', 'drop', 'follow', 'intake', 'promote', 'put-back'],
      ...['record-approvals', 'rest', 'restore', 'settle', 'watch'],
    ]);
  });

  it('never promotes without a passing verdict of every check, of its hash of today, on every image of the subject', () => {
    everyPromotion((state, { digest }) => {
      const candidate = state.open.find((one) => one.digest === digest);
      expect(candidate?.subject).toBeDefined();
      const images = candidate?.images ?? [];
      expect(images.length).toBeGreaterThan(0);
      for (const { name, hash } of state.policy.checks) {
        for (const { platform, digest: image } of images) {
          expect(candidate?.evidence[images.length === 1 ? name : `${name}:${platform}`]).toMatchObject({
            state: 'done',
            verdict: 'pass',
            checkHash: hash,
            digest: image,
          });
        }
      }
    });
  });

  it('never promotes on a verdict that has ended', () => {
    let ending = 0;
    everyPromotion((state, { digest }) => {
      const { images = [], evidence = {} } = state.open.find((one) => one.digest === digest) ?? {};
      for (const { name } of state.policy.checks) {
        for (const { platform } of images) {
          const answer = evidence[images.length === 1 ? name : `${name}:${platform}`];
          if (answer?.state !== 'done' || answer.expiresAt === undefined) continue;
          ending += 1;
          expect(answer.expiresAt).toBeGreaterThan(NOW);
        }
      }
    });
    expect(ending).toBeGreaterThan(3);
  });

  it('never promotes what is older than the current one, or superseded by a later sighting', () => {
    everyPromotion((state, { digest, sequence }) => {
      if (!isRecalled(state)) expect(state.current?.sequence ?? 0).toBeLessThanOrEqual(sequence);
      const candidate = state.open.find((one) => one.digest === digest);
      if (!candidate?.manual && !takesPlace(state, candidate) && state.policy.whenReplaced !== 'keep')
        expect(state.latestSighting).toBeLessThanOrEqual(sequence);
    });
  });

  it('never promotes what is held, aborted or withdrawn', () => {
    everyPromotion((state, { digest }) => {
      const candidate = state.open.find((one) => one.digest === digest);
      if (takesPlace(state, candidate)) expect(state.hold?.everything).toBeUndefined();
      else expect(state.hold).toBeUndefined();
      expect(candidate?.aborted).toBeUndefined();
      expect(candidate?.unusable).toBeUndefined();
      if (!candidate?.manual && !takesPlace(state, candidate) && state.policy.whenReplaced !== 'keep')
        expect(state.upstream.kind).toBe('at');
    });
  });

  it('never promotes without the approval that the gate asks for, nor what somebody has refused', () => {
    everyPromotion(
      (state, { digest }) => {
        const candidate = state.open.find((one) => one.digest === digest);
        expect(candidate?.approvals?.refused).toBeUndefined();
        // What is put back over a recalled one was approved when it was promoted.
        if (takesPlace(state, candidate)) return;
        const { approval: rule } = state.policy;
        if (!rule || !candidate) throw new Error('promoted what it does not ask for');
        const who = standingOf(rule, candidate, contentOf(state, candidate)).counting.map(({ by }) => by);
        expect(new Set(who).size).toBeGreaterThanOrEqual(rule.quorum);
        expect(who.filter((by) => candidate.requestedBy?.includes(by))).toEqual([]);
      },
      { states: approvalStates, runs: 3 * RUNS },
    );
  });

  it('never promotes what is still soaking or frozen, unless two people want it so for this digest', () => {
    everyPromotion((state, { digest }) => {
      const candidate = state.open.find((one) => one.digest === digest);
      if (takesPlace(state, candidate)) return;
      const agreed = (wait: string) => candidate?.overrides?.some(({ skip, agreed }) => skip === wait && agreed);
      if (!agreed('soak')) expect((candidate?.seenSince ?? Infinity) + state.policy.soakMs).toBeLessThanOrEqual(NOW);
      if (!agreed('freeze'))
        expect(frozenAt({ windows: state.policy.freeze, person: state.freeze }, NOW)).toBeUndefined();
    });
  });

  it('never promotes, nor puts back, what was recalled, nor anything with the same subject', () => {
    everyPromotion((state, { digest }) => {
      const candidate = state.open.find((one) => one.digest === digest);
      for (const recall of state.recalled ?? []) {
        expect(recall.digest).not.toBe(digest);
        expect(recall.subject).not.toBe(candidate?.subject);
      }
    });
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind !== 'restore') return;
        expect(isRecalled(state)).toBe(true);
        expect(action.restores.over).toBe(state.current?.digest);
        expect(state.recalled?.map((recall) => recall.digest)).not.toContain(action.digest);
        expect(state.hold?.everything).toBeUndefined();
      }),
      { numRuns: RUNS },
    );
  });

  it('never promotes while it only observes', () => {
    everyPromotion((state) => expect(state.policy.mode).toBeUndefined());
  });

  it('never starts a check that runs alone while another such check runs, or two at once', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind !== 'check') return;
        const alone = state.policy.checks.filter((check) => check.alone).map(({ name }) => name);
        const starting = action.checks.filter(({ check }) => alone.includes(checkOf(check)));
        const underWay = state.open
          .flatMap(({ evidence }) => Object.entries(evidence))
          .filter(([id, evidence]) => alone.includes(checkOf(id)) && isUnderWay(evidence));
        expect(starting.length + (starting.length > 0 ? underWay.length : 0)).toBeLessThanOrEqual(1);
      }),
      { numRuns: RUNS },
    );
  });

  it('touches the stable tag for a drift only over an attempt of this gate, and speaks of each drift once', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind === 'put-back') {
          expect(state.stableIsAttempt).toBe(true);
          expect(action).toMatchObject({ current: state.current?.subject, over: state.stable });
        }
        if (action.kind !== 'put-back' && action.kind !== 'announce-drift') return;
        expect(state.current?.subject).not.toBe(state.stable);
        expect(state.driftAnnounced).not.toBe(state.stable ?? 'none');
      }),
      { numRuns: RUNS },
    );
  });

  it('completes a promotion only for the intention that was written down', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind !== 'promote' || !state.intention) return;
        expect(action).toMatchObject({ digest: state.intention.digest, sequence: state.intention.sequence });
      }),
      { numRuns: RUNS },
    );
  });

  it('is about an open candidate, or the promotion that was begun', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (!('digest' in action) || action.digest === undefined || action.kind === 'restore') return;
        const known = [
          ...state.open.map(({ digest }) => digest),
          ...(isRecalled(state) ? [state.current?.digest] : []),
          ...(hasMoved(state) ? [state.intention?.digest] : []),
        ];
        expect(known).toContain(action.digest);
      }),
      { numRuns: RUNS },
    );
  });

  it('starts a check only of the policy, and each under an attempt that was never used', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind !== 'check') return;
        const candidate = state.open.find(({ digest }) => digest === action.digest);
        expect(action.checks.length).toBeGreaterThan(0);
        for (const { check, attempt } of action.checks) {
          expect(state.policy.checks.map(({ name }) => name)).toContain(checkOf(check));
          expect(attempt).toBeGreaterThan(candidate?.evidence[check]?.attempt ?? 0);
        }
      }),
      { numRuns: RUNS },
    );
  });

  it('rests with a time that is to come, or for what a person or an event ends', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind !== 'rest') return;
        if (action.dueAt === undefined)
          expect(['held', 'nothing-to-do', 'current-recalled']).toContain(action.reason.kind);
        else expect(action.dueAt).toBeGreaterThan(NOW);
      }),
      { numRuns: RUNS },
    );
  });

  it('watches for 2 to 30 seconds', () => {
    fc.assert(
      fc.property(gateStates, (state) => {
        const action = nextGateAction(state, NOW);
        if (action.kind !== 'watch') return;
        expect(action.seconds).toBeGreaterThanOrEqual(2);
        expect(action.seconds).toBeLessThanOrEqual(30);
      }),
      { numRuns: RUNS },
    );
  });
});

/** Every promotion whose stable tag has not moved: after the move it is only completed. */
function everyPromotion(
  holds: (state: GateState, action: Promote) => void,
  { states, runs } = { states: gateStates, runs: 3 * RUNS },
): void {
  let promotions = 0;
  fc.assert(
    fc.property(states, (state) => {
      const action = nextGateAction(state, NOW);
      if (action.kind !== 'promote' || hasMoved(state)) return;
      promotions += 1;
      holds(state, action);
    }),
    { numRuns: runs },
  );
  expect(promotions).toBeGreaterThan(10);
}

const isRecalled = ({ current, recalled = [] }: GateState): boolean =>
  current !== undefined &&
  recalled.some(({ digest, subject }) => digest === current.digest || subject === current.subject);

/** A recall is stronger than what a put-back would wait for otherwise. */
const takesPlace = (state: GateState, candidate: Candidate | undefined): boolean =>
  isRecalled(state) && candidate?.restores?.over === state.current?.digest;

const isUnderWay = (evidence: Evidence | undefined) => evidence?.state === 'running' && evidence.runId !== undefined;

/** The stable tag names what was intended, and named something else before. */
function hasMoved({ intention, stable, current, adopted }: GateState): boolean {
  const before = current?.subject ?? adopted;
  return (
    intention !== undefined && before !== undefined && before !== intention.subject && stable === intention.subject
  );
}
