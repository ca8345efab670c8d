/**
 * Starts one check of a candidate as a quick run in the quarantine registry, and records its run id.
 *
 * Key: candidate, check and attempt. The attempt is written down first; if the process dies before the run id is, a second run is scheduled
 * under the same attempt and the first one counts for nothing.
 */
import { randomBytes } from 'node:crypto';
import type { StartCheck } from '../../../shared/domain/gate-action.ts';
import type { Check, Gate } from '../../../shared/domain/policy.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { evidenceKey, originOfCandidate, readCandidate, type EvidenceRow } from '../../../shared/ledger/gate-book.ts';
import { foundFor } from '../../../shared/ledger/gate-state-of.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { cancelRun } from './cancel-run.ts';
import { scheduleCheck } from './schedule-check.ts';

export interface StartCheckRequest extends StartCheck {
  gate: string;
  digest: Digest;
  /** Epoch milliseconds. */
  at: number;
}

export const startCheck =
  (world: Surroundings): Activity<StartCheckRequest, object> =>
  async (request) => {
    const gate = await existingGate(world.policies, request.gate);
    const check = gate.checks.find(({ name }) => name === request.check);
    if (!check) return {}; // No longer in the policy; the next look does not miss it.

    const begun = await begin(world, request, { gate, check });
    if (begun.kind !== 'begun') return {};
    if ('overtakes' in begun && begun.overtakes) await cancelRun(world, begun.overtakes);
    const { runId } = await scheduleCheck(world, gate, check, { subject: begun.subject, nonce: begun.row.nonce });
    if ((await recordRun(world, request, begun.row, runId)) === 'overtaken') await cancelRun(world, runId);
    return {};
  };

/** Writes the attempt, or finds that it was begun, was overtaken, or that its candidate is settled. */
async function begin(
  { ledger, telemetry }: Surroundings,
  { digest, attempt, tries, at }: StartCheckRequest,
  { gate, check: asked }: { gate: Gate; check: Check },
) {
  const { name: check, hash, timeoutSeconds } = asked;
  const candidate = await readCandidate(ledger, gate.name, digest);
  const subject = candidate && foundFor(gate, candidate.row.value).subject;
  if (!subject || candidate.row.value.settled) return { kind: 'settled' as const };
  telemetry.about(originOfCandidate(gate.name, candidate.row.value));
  const known = candidate.evidence.get(check);
  const last = known?.value.evidence;
  if (known && last && last.attempt >= attempt) {
    if (last.attempt > attempt || last.state === 'done' || last.runId) return { kind: 'overtaken' as const };
    return { kind: 'begun' as const, row: known.value, subject };
  }
  const row: EvidenceRow = {
    digest,
    check,
    nonce: randomBytes(16).toString('hex'),
    ...(asked.kind === 'task' ? { task: `${asked.context}:${asked.file}` } : {}),
    evidence: {
      state: 'running',
      checkHash: hash,
      attempt,
      tries,
      opening: candidate.row.value.opening,
      startedAt: at,
      deadlineAt: at + (timeoutSeconds + GRACE_SECONDS) * 1000,
    },
  };
  const written = await ledger.write('gates', gate.name, [put(evidenceKey(digest, check), known, row)]);
  if (written === 'conflict') throw new LedgerConflict(`check "${check}" of ${digest}`);
  const overtakes = last?.state === 'running' ? last.runId : undefined;
  return { kind: 'begun' as const, row, subject, ...(overtakes ? { overtakes } : {}) };
}

/** For a place in the queue, the pull and the start, on top of the check's own time. */
const GRACE_SECONDS = 600;

async function recordRun(
  { ledger }: Surroundings,
  { gate, digest, check, attempt }: StartCheckRequest,
  row: EvidenceRow,
  runId: string,
): Promise<'recorded' | 'overtaken'> {
  const candidate = await readCandidate(ledger, gate, digest);
  const known = candidate?.evidence.get(check);
  // Settled or overtaken meanwhile: this run counts for nothing.
  if (!known || candidate?.row.value.settled) return 'overtaken';
  if (known.value.evidence.attempt !== attempt || known.value.nonce !== row.nonce) return 'overtaken';
  const evidence = { ...known.value.evidence, runId };
  const written = await ledger.write('gates', gate, [
    put(evidenceKey(digest, check), known, { ...known.value, evidence }),
  ]);
  if (written === 'conflict') throw new LedgerConflict(`check "${check}" of ${digest}`);
  return 'recorded';
}
