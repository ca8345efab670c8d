/** What holds of the decision about a gate in every state that a look may answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../shared/domain/approval-content.ts';
import { standingOf } from '../../../shared/domain/approvals.ts';
import { frozenAt } from '../../../shared/domain/freeze.ts';
import type { GateAction } from '../../../shared/domain/gate-action-kinds.ts';
import { forCandidate, nextGateAction } from '../../../shared/domain/gate-action.ts';
import type { Candidate, Evidence, GateState } from '../../../shared/domain/gate-state.ts';
import { checkOf, questionsOf } from '../../../shared/domain/questions.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { approvalStates, gateStates } from './gate-arbitrary.ts';
import { NOW } from './gate-builders.ts';

type Promote = Extract<GateAction, { kind: 'promote' }>;
type Holds = (state: GateState, action: GateAction) => void;

/** Drawn once, for all the laws; other ones each time. */
const SEED = Date.now() % 2 ** 31;
const sampled = (states: fc.Arbitrary<GateState>, numRuns: number) => ({
  states,
  decided: fc
    .sample(states, { numRuns, seed: SEED })
    .map((state) => ({ state, action: nextGateAction(structuredClone(state), NOW) })),
});
const any = sampled(gateStates, 2_500);
const ofApproval = sampled(approvalStates, 1_500);

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

  it('never promotes without a passing verdict of every check, of its hash of today, on every image of the subject', () => {
    const among = { oneImage: 0, severalImages: 0, whole: 0, putBack: 0, approved: 0 };

    const holds = (state: GateState, { digest }: Promote) => {
      const candidate = state.open.find((one) => one.digest === digest);
      const { subject, images = [], evidence = {} } = candidate ?? {};
      expect(subject).toBeDefined();
      expect(images.length).toBeGreaterThan(0);
      expect(state.policy.checks.length).toBeGreaterThan(0);
      for (const { name, hash, whole } of state.policy.checks) {
        const asked = whole
          ? [{ id: name, digest: subject }]
          : images.map((one) => ({
              id: images.length === 1 ? name : `${name}:${one.platform}`,
              digest: one.digest,
            }));
        for (const { id, digest: of } of asked)
          expect(evidence[id]).toMatchObject({ state: 'done', verdict: 'pass', checkHash: hash, digest: of });
        if (whole) among.whole += 1;
      }
      among[images.length === 1 ? 'oneImage' : 'severalImages'] += 1;
      if (takesPlace(state, candidate)) among.putBack += 1;
      else if (state.policy.approval) among.approved += 1;
    };
    everyPromotion(holds);
    everyPromotion(holds, ofApproval);

    for (const [kind, times] of Object.entries(among)) expect([kind, times > 10]).toEqual([kind, true]);
  });

  it('never promotes on a verdict that has ended', () => {
    let ending = 0;

    everyPromotion((state, { digest }) => {
      const { evidence = {} } = state.open.find((one) => one.digest === digest) ?? {};
      for (const { name } of state.policy.checks) {
        for (const [id, answer] of Object.entries(evidence)) {
          if (checkOf(id) !== name || answer.state !== 'done' || answer.expiresAt === undefined) continue;
          if (!isAsked(state, digest, id)) continue;
          ending += 1;
          expect(answer.expiresAt).toBeGreaterThan(NOW);
        }
      }
    });

    expect(ending).toBeGreaterThan(100);
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
    everyPromotion((state, { digest }) => {
      const candidate = state.open.find((one) => one.digest === digest);
      expect(candidate?.approvals?.refused).toBeUndefined();
      if (takesPlace(state, candidate)) return;
      const { approval: rule } = state.policy;
      if (!rule || !candidate) throw new Error('promoted what it does not ask for');
      const who = standingOf(rule, candidate, contentOf(state, candidate)).counting.map(({ by }) => by);
      expect(new Set(who).size).toBeGreaterThanOrEqual(rule.quorum);
      expect(who.filter((by) => candidate.requestedBy?.includes(by))).toEqual([]);
    }, ofApproval);
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
      for (const recall of standing(state)) {
        expect(recall.digest).not.toBe(digest);
        expect(recall.subject).not.toBe(candidate?.subject);
      }
    });
    everyState((state, action) => {
      if (action.kind !== 'restore') return;
      expect(isRecalled(state)).toBe(true);
      expect(action.restores.over).toBe(state.current?.digest);
      expect(standing(state).map((recall) => recall.digest)).not.toContain(action.digest);
      expect(state.hold?.everything).toBeUndefined();
    });
  });

  it('never promotes while it only observes', () => {
    everyPromotion((state) => expect(state.policy.mode).toBeUndefined());
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

/** What does not hold of one of them is asked of all once more, from the same seed, for the smallest state of which it does not. */
function everyState(holds: Holds, { states, decided } = any): void {
  try {
    for (const { state, action } of decided) holds(state, action);
  } catch (error) {
    fc.assert(
      fc.property(states, (state) => holds(state, nextGateAction(state, NOW))),
      { numRuns: decided.length, seed: SEED },
    );
    throw error;
  }
}

/** Every promotion whose stable tag has not moved: after the move it is only completed. */
function everyPromotion(holds: (state: GateState, action: Promote) => void, sample = any): void {
  let promotions = 0;
  everyState((state, action) => {
    if (action.kind !== 'promote' || hasMoved(state)) return;
    promotions += 1;
    holds(state, action);
  }, sample);
  expect(promotions).toBeGreaterThan(50);
}

const askedAgain = ({ standing }: GateState): Candidate[] => (standing?.again ? [standing] : []);

/** Evidence of platforms that are not asked about any more is of no account. */
const isAsked = ({ policy, open }: GateState, digest: Digest, id: string): boolean => {
  const candidate = open.find((one) => one.digest === digest);
  return candidate !== undefined && questionsOf(policy, candidate).some((question) => question.id === id);
};

/** Those that nobody has lifted. */
const standing = ({ recalled = [] }: GateState) => recalled.filter(({ lifted }) => lifted === undefined);

const isRecalled = (state: GateState): boolean =>
  standing(state).some(({ digest, subject }) => digest === state.current?.digest || subject === state.current?.subject);

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
