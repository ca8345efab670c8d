/** What there is to agree to of a candidate, as its checks stand now: about each platform, where several are promoted. */
import type { Content } from './approvals.ts';
import { checksOf } from './gate-checks.ts';
import type { Candidate, GateState } from './gate-state.ts';
import { questionsOf } from './questions.ts';

export function contentOf(state: GateState, candidate: Candidate): Content {
  const { answering } = checksOf(state, candidate);
  const asked = questionsOf(state.policy, candidate).map(({ id, hash }) => [id, { hash }] as const);
  const answered = (['pass', 'fail', 'unknown'] as const).flatMap((verdict) =>
    answering(verdict).map(({ name, evidence }) => [name, { hash: evidence.checkHash, verdict }] as const),
  );
  return { subject: candidate.subject, checks: Object.fromEntries([...asked, ...answered]) };
}
