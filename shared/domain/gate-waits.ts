/**
 * What a candidate waits for that only time or people end: that it is seen for long enough, and that nothing is frozen. An override that two
 * people agree on leaves one of these waits out, for this digest and this opening; it never leaves out a check.
 */
import { contentOf } from './approval-content.ts';
import { ruleOf, standingOf } from './approvals.ts';
import { fastLaneOf, type FastLane } from './fast-lane.ts';
import { frozenAt } from './freeze.ts';
import { checksOf } from './gate-checks.ts';
import type { Candidate, GateState, Override } from './gate-state.ts';
import type { Reason } from './outcome.ts';

export interface Wait {
  reason: Reason;
  dueAt: number;
}

export function soaking(state: GateState, candidate: Candidate, now: number): Wait | undefined {
  const soakedAt = candidate.seenSince + state.policy.soakMs;
  if (soakedAt <= now || skips(candidate, 'soak')) return undefined;
  const lane = laneOf(state, candidate);
  if (!lane?.open) return { reason: { kind: 'soaking' }, dueAt: soakedAt };
  if (lane.missing === 0) return undefined;
  return { reason: { kind: 'soaking', fastLane: lane.missing }, dueAt: soakedAt };
}

export function frozen({ policy, freeze }: GateState, candidate: Candidate, now: number): Wait | undefined {
  if (skips(candidate, 'freeze')) return undefined;
  const freezes = frozenAt({ windows: policy.freeze, person: freeze }, now);
  return freezes && { reason: { kind: 'frozen', why: freezes.why }, dueAt: freezes.until };
}

/** Whether two people want it so. */
export const skips = ({ overrides = [] }: Pick<Candidate, 'overrides'>, wait: Override['skip']): boolean =>
  overrides.some(({ skip, agreed }) => skip === wait && agreed !== undefined);

/** Only what today's checks have found of this very candidate, and passed, counts. */
function laneOf(state: GateState, candidate: Candidate): FastLane | undefined {
  const { fastLane, approval } = state.policy;
  const rule = ruleOf(state.policy);
  if (!fastLane || !rule) return undefined;
  const passed = checksOf(state, candidate).answering('pass');
  return fastLaneOf(fastLane, {
    scans: passed.flatMap(({ evidence }) => (evidence.removes ? [evidence.removes] : [])),
    approvals: standingOf(rule, candidate, contentOf(state, candidate)).counting.length,
    needed: approval?.quorum ?? 0,
  });
}
