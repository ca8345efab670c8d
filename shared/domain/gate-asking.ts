/** What a candidate's checks come to now: something to do about them first, or what they say. */
import { watchSeconds } from './backoff.ts';
import { askAgainAt, checksOf, MOST_TRIES, said, type Running, type StartCheck } from './gate-checks.ts';
import type { GateAction } from './gate-action-kinds.ts';
import type { Candidate, GateState } from './gate-state.ts';
import type { Reason } from './outcome.ts';

export type Asking =
  | { kind: 'act'; action: GateAction }
  | { kind: 'rejects'; reason: Reason }
  /** `askExpired`: what has to be done before it counts, where a verdict has ended by now. */
  | { kind: 'passes'; askExpired: GateAction | undefined };

/** `renew`: a verdict that has ended is asked for again at once, whatever it was. */
export function askChecks(
  state: GateState,
  candidate: Candidate,
  { now, renew = false }: { now: number; renew?: boolean },
): Asking {
  const { digest } = candidate;
  const act = (action: GateAction): Asking => ({ kind: 'act', action });
  const checks = checksOf(state, candidate);
  if (checks.nothingAsked)
    return { kind: 'rejects', reason: { kind: 'undecided', checks: [], details: ['its gate asks nothing'] } };
  const expired = checks.expired(now);
  const missing = renew ? [...checks.missing, ...expired] : checks.missing;
  const startable = checks.inTurn(missing);
  if (startable.length > 0) return act({ kind: 'check', digest, checks: startable });
  if (checks.running.length > 0) {
    const youngest = Math.max(...checks.running.map(({ startedAt }) => startedAt));
    return act({ kind: 'watch', seconds: watchSeconds(now - youngest) });
  }
  if (missing.length > 0) return act(waitForTurn(checks.busy, now));
  const failed = checks.answering('fail');
  if (failed.length > 0) return { kind: 'rejects', reason: { kind: 'check-failed', ...said(failed) } };
  const unknown = checks.answering('unknown');
  if (unknown.length > 0) {
    if (unknown.some(({ evidence }) => evidence.tries >= MOST_TRIES))
      return { kind: 'rejects', reason: { kind: 'undecided', ...said(unknown) } };
    const due = unknown.filter((one) => askAgainAt(one.evidence) <= now);
    const again = due.map(({ name, evidence }): StartCheck => ({
      check: name,
      attempt: evidence.attempt + 1,
      tries: evidence.tries + 1,
    }));
    if (checks.inTurn(again).length > 0) return act({ kind: 'check', digest, checks: checks.inTurn(again) });
    if (again.length > 0) return act(waitForTurn(checks.busy, now));
    return act({
      kind: 'rest',
      reason: { kind: 'checking-again', checks: unknown.map(({ name }) => name) },
      digest,
      dueAt: Math.min(...unknown.map(({ evidence }) => askAgainAt(evidence))),
    });
  }
  if (expired.length === 0) return { kind: 'passes', askExpired: undefined };
  const again = checks.inTurn(expired);
  return {
    kind: 'passes',
    askExpired: again.length > 0 ? { kind: 'check', digest, checks: again } : waitForTurn(checks.busy, now),
  };
}

const waitForTurn = (busy: Running | undefined, now: number): GateAction => ({
  kind: 'watch',
  seconds: watchSeconds(now - (busy?.startedAt ?? now)),
});
