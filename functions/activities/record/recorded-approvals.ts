/** Who agreed to a promotion, as its record has it: the approvals that count for what its checks said. */
import { ruleOf, standingOf } from '../../../shared/domain/approvals.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { questionsOf } from '../../../shared/domain/questions.ts';
import type { RecordedApproval } from '../../../shared/domain/record/statement.ts';
import type { CandidateRow } from '../../../shared/ledger/gate-rows.ts';
import { decidingPolicy, foundFor } from '../../../shared/domain/deciding-policy.ts';

/** Of a candidate whose evidence is complete: every check said "pass". */
export function recordedApprovals(gate: Gate, candidate: CandidateRow): RecordedApproval[] {
  const rule = ruleOf(gate);
  if (!rule) return [];
  const found = foundFor(gate, candidate);
  const checks = Object.fromEntries(
    questionsOf(decidingPolicy(gate), found).map(({ id, hash }) => [id, { hash, verdict: 'pass' as const }]),
  );
  const { counting } = standingOf(rule, candidate, { subject: found.subject, checks });
  return counting.map(({ by, role, why, at }) => ({ by, role, why, at: new Date(at).toISOString() }));
}
