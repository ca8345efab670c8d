/** The checks of one candidate, as far as they count now: what is missing, what runs, what was answered, and whose turn it is. */
import type { Candidate, Evidence, GateState } from './gate-state.ts';
import type { Verdict } from './outcome.ts';
import { checkOf, questionsOf } from './questions.ts';
import type { Digest } from './reference.ts';

/** `check`: the id of a question. `attempt` counts every try ever made of it on this candidate, `tries` those of this opening. */
export interface StartCheck {
  check: string;
  attempt: number;
  tries: number;
}

/** An unknown verdict is asked again so long after the try before ended; after the last, the candidate is undecided. */
const ASK_AGAIN_AFTER_MS = [60_000, 600_000, 3_600_000];

/** The first, and one after each wait. */
export const MOST_TRIES = ASK_AGAIN_AFTER_MS.length + 1;

/** What today's checks say of a candidate, and which of them may start now. */
export function checksOf(state: GateState, candidate: Candidate) {
  const questions = questionsOf(state.policy, candidate);
  const asked = questions.map(({ id: name, hash, digest }) => {
    const last = candidate.evidence[name];
    const counts = last?.checkHash === hash && countsNow(last, { opening: candidate.opening, digest });
    return { name, last, evidence: counts ? last : undefined };
  });
  const alone = new Set(questions.flatMap(({ id, alone }) => (alone ? [id] : [])));
  const busy = runningAlone(state);
  return {
    nothingAsked: questions.length === 0,
    busy,
    /** Those of these that may start now: of the checks that run alone the first, if none runs for any candidate. */
    inTurn(wanted: StartCheck[]): StartCheck[] {
      const first = busy ? undefined : wanted.find(({ check }) => alone.has(check));
      return wanted.filter((one) => !alone.has(one.check) || one === first);
    },
    missing: asked
      .filter(({ evidence }) => !evidence)
      .map(({ name, last }): StartCheck => ({ check: name, attempt: (last?.attempt ?? 0) + 1, tries: 1 })),
    running: asked.flatMap(({ evidence }) => (evidence?.state === 'running' ? [evidence] : [])),
    /** Verdicts that have ended by now, to be asked for again. */
    expired: (now: number) =>
      asked.flatMap(({ name, evidence }): StartCheck[] =>
        evidence?.state === 'done' && evidence.expiresAt !== undefined && evidence.expiresAt <= now
          ? [{ check: name, attempt: evidence.attempt + 1, tries: 1 }]
          : [],
      ),
    answers: asked.flatMap(({ evidence }) => (evidence?.state === 'done' ? [evidence] : [])),
    answering: (verdict: Verdict) =>
      asked.flatMap(({ name, evidence }) =>
        evidence?.state === 'done' && evidence.verdict === verdict ? [{ name, evidence }] : [],
      ),
  };
}

/** Also one that was asked for platforms which the gate does not want any more. */
function runningAlone({ open, standing, policy }: GateState): Running | undefined {
  const alone = new Set(policy.checks.flatMap((check) => (check.alone ? [check.name] : [])));
  return [...open, ...(standing?.again ? [standing] : [])]
    .flatMap(({ evidence }) => Object.entries(evidence))
    .flatMap(([id, evidence]) =>
      alone.has(checkOf(id)) && evidence.state === 'running' && evidence.runId ? [evidence] : [],
    )
    .toSorted((a, b) => b.startedAt - a.startedAt)[0];
}

/**
 * A verdict stays through a new opening; the tries of an unknown, and a run of an earlier opening, do not. It speaks of its own digest only.
 * A check that was written down and never scheduled, because the process died in between, is missing.
 */
function countsNow(evidence: Evidence, { opening, digest }: { opening: number; digest: Digest }): boolean {
  if (evidence.state === 'running' && !evidence.runId) return false;
  if (evidence.state === 'done' && evidence.digest !== digest) return false;
  if (evidence.state === 'done' && evidence.verdict !== 'unknown') return true;
  return evidence.opening === opening;
}

type Done = Extract<Evidence, { state: 'done' }>;
export type Running = Extract<Evidence, { state: 'running' }>;

/** When an unknown verdict is asked again. */
export const askAgainAt = ({ finishedAt, tries }: Done): number => finishedAt + (ASK_AGAIN_AFTER_MS[tries - 1] ?? 0);

/** For a reason: which checks, and in what words. */
export const said = (asked: { name: string; evidence: Done }[]) => ({
  checks: asked.map(({ name }) => name),
  details: asked.flatMap(({ evidence }) => evidence.reasons),
});
