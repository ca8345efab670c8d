/**
 * What a gate should do now. Pure: the same state and time always give the same action.
 *
 * The rules stand in the order in which they apply; the first that does wins. Each has a row in the table test. The same function
 * answers "why is it waiting".
 */
import { contentOf } from './approval-content.ts';
import { approvalStep, refusalOf } from './approvals.ts';
import { backoffMs } from './backoff.ts';
import { askChecks } from './gate-asking.ts';
import type { GateAction } from './gate-action-kinds.ts';
import { mendDrift } from './gate-drift.ts';
import { forUpstream, soonestRest, soonestWatch } from './gate-rests.ts';
import type { Candidate, GateState, Intention, Shadow } from './gate-state.ts';
import { forCurrent, lookAgainAt } from './gate-standing.ts';
import { frozen, soaking } from './gate-waits.ts';
import { mendRecall } from './gate-recall.ts';
import type { Outcome, Reason } from './outcome.ts';
import { whoOf } from './person.ts';
import { recallOf } from './recall.ts';

/** `now` in epoch milliseconds. Newest candidate first; one that can act goes before one that is watched, and that before one that rests. */
export function nextGateAction(state: GateState, now: number): GateAction {
  if (state.intention) return resume(state, state.intention, now);
  if (state.followersDue) return { kind: 'follow' };
  const drift = mendDrift(state);
  if (drift) return drift;

  const ofCurrent = [mendRecall(state), forCurrent(state, now)];
  const actions = [
    ...newestFirst(state.open).map((candidate) => forCandidate(state, candidate, now)),
    ...ofCurrent.filter((action) => action !== undefined),
  ];
  return (
    actions.find(({ kind }) => kind !== 'watch' && kind !== 'rest') ??
    soonestWatch(actions) ??
    withLookAgain(soonestRest([...actions, forUpstream(state, now)]), lookAgainAt(state))
  );
}

/** What a gate waits for stays what it waits for, though the current one may be due before. */
const withLookAgain = (rest: GateAction, at: number | undefined): GateAction =>
  rest.kind === 'rest' && at !== undefined && at < (rest.dueAt ?? Infinity) ? { ...rest, lookAgainAt: at } : rest;

/** What this candidate needs next, if nothing else were open. */
export function forCandidate(state: GateState, candidate: Candidate, now: number): GateAction {
  const { digest, sequence } = candidate;
  const { policy, upstream, recalled } = state;
  // A recalled digest counts for nothing in the order of promotions.
  const isRecalled = state.current !== undefined && recallOf(recalled, state.current) !== undefined;
  const current = isRecalled ? undefined : state.current;
  // What a person asked for, what the policy keeps and what is put back does not need the upstream to point at it.
  const putBack = isRecalled && candidate.restores?.over === state.current?.digest;
  const stays = candidate.manual !== undefined || policy.whenReplaced === 'keep' || putBack;
  const shadow = shadowOf(state);
  const settle = (outcome: Outcome): GateAction => ({ kind: 'settle', digest, outcome });
  const reject = (reason: Reason): GateAction => settle({ kind: 'rejected', reason });
  const rest = (reason: Reason, dueAt?: number): GateAction => ({
    kind: 'rest',
    reason,
    digest,
    ...(dueAt === undefined ? {} : { dueAt }),
  });

  if (candidate.unusable) return settle({ kind: 'failed', reason: { kind: 'unusable', message: candidate.unusable } });
  const recall = recallOf(recalled, candidate);
  if (recall) return reject({ kind: 'recalled', ...whoOf(recall), why: recall.why });
  if (candidate.trouble && candidate.trouble.retryAt > now) {
    return rest({ kind: 'trouble', message: candidate.trouble.message }, candidate.trouble.retryAt);
  }
  if (shadow?.digest === digest) return settle({ kind: 'observed' });
  if (!shadow && current?.digest === digest) return settle({ kind: 'promoted', unique: current.unique });
  if (candidate.aborted) return reject({ kind: 'aborted', ...candidate.aborted });
  const refusal = refusalOf(candidate);
  if (refusal) return reject({ kind: 'approval-refused', ...refusal });
  const newest = shadow ?? current;
  if (newest && newest.sequence > sequence) return settle({ kind: 'superseded', by: newest.sequence });
  if (!stays && state.latestSighting > sequence) return settle({ kind: 'superseded', by: state.latestSighting });
  if (!stays && upstream.kind === 'gone') return reject({ kind: 'withdrawn' });
  if (!candidate.subject || !candidate.images?.length) return { kind: 'intake', digest };

  const asked = askChecks(state, candidate, { now });
  if (asked.kind === 'act') return asked.action;
  if (asked.kind === 'rejects') return reject(asked.reason);
  const { hold } = state;
  if (putBack && !hold?.everything && policy.mode !== 'observe')
    return asked.askExpired ?? { kind: 'promote', digest, sequence };
  if (hold) return rest({ kind: 'held', ...whoOf(hold), why: hold.why });
  const soak = soaking(state, candidate, now);
  if (soak) return rest(soak.reason, soak.dueAt);
  const approval = policy.approval && approvalStep(policy.approval, candidate, contentOf(state, candidate), now);
  if (approval?.kind === 'record') return { kind: 'record-approvals', digest, reason: approval.reason };
  if (approval?.kind === 'expired') return reject({ kind: 'approval-expired', ...approval.reason });
  if (approval?.kind === 'wait') return rest({ kind: 'approval-wanted', ...approval.reason }, approval.until);
  const freeze = frozen(state, candidate, now);
  if (freeze) return rest(freeze.reason, freeze.dueAt);
  if (!stays && upstream.kind === 'unsure')
    return rest(
      { kind: 'upstream-unreachable', message: 'the tag was not there at the last look' },
      upstream.askAgainAt,
    );
  if (!stays && upstream.kind === 'unreachable')
    return rest({ kind: 'upstream-unreachable', message: upstream.message }, now + backoffMs(state.failures + 1));
  if (asked.askExpired) return asked.askExpired;
  if (policy.mode === 'observe') return settle({ kind: 'observed' });

  return { kind: 'promote', digest, sequence };
}

/** A promotion that was begun: completed once the stable tag has moved; before that, only if everything still says promote. */
function resume(state: GateState, intention: Intention, now: number): GateAction {
  const { digest, sequence, attempt } = intention;
  const candidate = state.open.find((one) => one.digest === digest);
  if (hasMoved(state, intention)) {
    const { trouble } = candidate ?? {};
    if (!trouble || trouble.retryAt <= now) return { kind: 'promote', digest, sequence };
    return { kind: 'rest', reason: { kind: 'trouble', message: trouble.message }, dueAt: trouble.retryAt, digest };
  }

  const action: GateAction = candidate
    ? forCandidate(state, candidate, now)
    : { kind: 'rest', reason: { kind: 'nothing-to-do' } };
  if (action.kind === 'promote' && action.sequence === sequence) return action;
  return { kind: 'drop', attempt, reason: reasonOf(action) };
}

/** That the stable tag names the subject says so only where it named something else before. Adoption, which says what, comes before the move. */
function hasMoved({ stable, current, adopted }: GateState, { subject }: Intention): boolean {
  const before = current?.subject ?? adopted;
  return before !== undefined && before !== subject && stable === subject;
}

/** What would have been promoted counts as the current one while the gate only observes. */
const shadowOf = ({ policy, shadow, current }: GateState): Shadow | undefined =>
  policy.mode === 'observe' && shadow && shadow.sequence > (current?.sequence ?? 0) ? shadow : undefined;

function reasonOf(action: GateAction): Reason {
  if (action.kind === 'rest') return action.reason;
  if (action.kind === 'record-approvals') return { kind: 'approval-wanted', ...action.reason };
  if (action.kind === 'settle' && 'reason' in action.outcome) return action.outcome.reason;
  return { kind: 'nothing-to-do' };
}

const newestFirst = (candidates: Candidate[]) => candidates.toSorted((a, b) => b.sequence - a.sequence);
