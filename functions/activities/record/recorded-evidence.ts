/** The evidence that a promotion stands on, as its record has it: the answers to all of today's questions, every one "pass". */
import type { Gate } from '../../../shared/domain/policy.ts';
import { questionsOf } from '../../../shared/domain/questions.ts';
import type { RecordedEvidence } from '../../../shared/domain/record/statement.ts';
import type { CandidateBook } from '../../../shared/ledger/gate-book.ts';
import { decidingPolicy, foundFor } from '../../../shared/domain/deciding-policy.ts';

/** `undefined` when something is missing, or expired by now. In the order of the policy, so that the same evidence is the same record. */
export function recordedEvidence(
  gate: Gate,
  candidate: CandidateBook,
  { at }: { at: number },
): RecordedEvidence[] | undefined {
  const found = foundFor(gate, candidate.row.value);
  if (!found.subject) return undefined;
  const recorded: RecordedEvidence[] = [];
  for (const question of questionsOf(decidingPolicy(gate), found)) {
    const evidence = candidate.evidence.get(question.id)?.value.evidence;
    if (evidence?.state !== 'done' || evidence.verdict !== 'pass') return undefined;
    const { checkHash, verdict, digest, platform, tool, runId, isolation, startedAt, finishedAt, expiresAt } = evidence;
    if (checkHash !== question.hash || digest !== question.digest) return undefined;
    if (expiresAt !== undefined && expiresAt <= at) return undefined;
    recorded.push({
      check: question.check,
      ...{ checkHash, verdict, digest, platform, tool },
      ...(runId === undefined ? {} : { run: runId }),
      ...(isolation === undefined ? {} : { isolation }),
      startedAt: new Date(startedAt).toISOString(),
      finishedAt: new Date(finishedAt).toISOString(),
      ...(expiresAt === undefined ? {} : { expiresAt: new Date(expiresAt).toISOString() }),
    });
  }
  return recorded;
}
