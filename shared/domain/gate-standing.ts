/**
 * What becomes of the current one while its checks are asked again: because one is another one now, or its verdict has ended.
 *
 * It settles nothing. What it was promoted for is history, so a check that fails now is a proposal to a person, who may recall it.
 */
import { askChecks } from './gate-asking.ts';
import { checksOf } from './gate-checks.ts';
import type { GateAction } from './gate-action-kinds.ts';
import type { Candidate, GateState } from './gate-state.ts';
import type { Standing } from './outcome.ts';
import { recallOf } from './recall.ts';
import type { Digest } from './reference.ts';

/** What stayed undecided is asked again so long after its last try. */
const UNDECIDED_MS = 24 * 3_600_000;

export function forCurrent(state: GateState, now: number): GateAction | undefined {
  const { standing, overtaken } = state;
  if (overtaken) return conclude(overtaken, { kind: 'left' });
  if (!standing) return undefined;
  if (isRecalled(state)) return standing.again && conclude(standing.digest, { kind: 'left' });
  if (standing.again) return askStanding(state, standing, now);
  const due = dueAt(state, standing);
  return due !== undefined && due <= now ? { kind: 'ask-again', digest: standing.digest } : undefined;
}

/** When the current one is due, where that is still to come. */
export function lookAgainAt(state: GateState): number | undefined {
  const { standing } = state;
  return standing && !standing.again && !isRecalled(state) ? dueAt(state, standing) : undefined;
}

function askStanding(state: GateState, standing: Candidate, now: number): GateAction {
  const { digest, subject, images, unusable, trouble } = standing;
  if (trouble && trouble.retryAt > now) {
    return { kind: 'rest', reason: { kind: 'trouble', message: trouble.message }, dueAt: trouble.retryAt, digest };
  }
  if (unusable) return conclude(digest, { kind: 'propose-recall', reason: { kind: 'unusable', message: unusable } });
  if (!subject || !images?.length) return { kind: 'intake', digest };
  const asked = askChecks(state, standing, { now, renew: true });
  switch (asked.kind) {
    case 'act':
      return asked.action;
    case 'rejects':
      return conclude(digest, { kind: 'propose-recall', reason: asked.reason });
    case 'passes':
      return conclude(digest, { kind: 'holds' });
  }
}

/** Another platform would be another subject, which was never promoted: nothing is asked about that. */
function dueAt(state: GateState, standing: Candidate): number | undefined {
  const checks = checksOf(state, standing);
  if (checks.nothingAsked) return undefined;
  if (checks.missing.length > 0 || checks.running.length > 0) return 0;
  const ends = checks.answers.flatMap(({ verdict, expiresAt, finishedAt }) => [
    ...(expiresAt === undefined ? [] : [expiresAt]),
    ...(verdict === 'unknown' ? [finishedAt + UNDECIDED_MS] : []),
  ]);
  return ends.length > 0 ? Math.min(...ends) : undefined;
}

const isRecalled = ({ current, recalled }: GateState): boolean =>
  current !== undefined && recallOf(recalled, current) !== undefined;

const conclude = (digest: Digest, found: Standing): GateAction => ({ kind: 'conclude', digest, found });
