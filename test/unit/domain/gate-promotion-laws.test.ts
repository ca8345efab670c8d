/** What is never promoted, whatever state a gate is in. */
import { describe, expect, it } from 'vitest';
import { contentOf } from '../../../shared/domain/approval-content.ts';
import { standingOf } from '../../../shared/domain/approvals.ts';
import { frozenAt } from '../../../shared/domain/freeze.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import { checkOf, questionsOf } from '../../../shared/domain/questions.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { everyPromotion, everyState, isRecalled, ofApproval, standing, type Promote } from './decided-states.ts';
import { NOW } from './gate-builders.ts';

describe('the decision about a gate, in any state,', () => {
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
});

/** Evidence of platforms that are not asked about any more is of no account. */
const isAsked = ({ policy, open }: GateState, digest: Digest, id: string): boolean => {
  const candidate = open.find((one) => one.digest === digest);
  return candidate !== undefined && questionsOf(policy, candidate).some((question) => question.id === id);
};

/** A recall is stronger than what a put-back would wait for otherwise. */
const takesPlace = (state: GateState, candidate: Candidate | undefined): boolean =>
  isRecalled(state) && candidate?.restores?.over === state.current?.digest;
