/**
 * Starts one check of a candidate and records its run id, or its answer where the app could give it itself.
 *
 * Key: candidate, question and attempt. The attempt is written down first; if the process dies before the run id is, a second run is scheduled
 * under the same attempt and the first one counts for nothing.
 */
import { randomBytes } from 'node:crypto';
import type { StartCheck } from '../../../shared/domain/gate-checks.ts';
import { noContainer, STARTS_IT } from '../../../shared/domain/checks/traits.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import { pinnedTools } from '../../../shared/domain/checks/pinned-tools.ts';
import { ALL_PLATFORMS } from '../../../shared/domain/manifest.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readCandidate } from '../../../shared/ledger/gate-book.ts';
import { evidenceKey, isOver, originOfCandidate, type EvidenceRow } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { cancelRun } from './cancel-run.ts';
import { askedOf, questionOf } from './checks/asked.ts';
import { doneEvidence } from './checks/done-evidence.ts';
import type { Asked, Started } from './checks/kind.ts';
import { effectsOf } from './checks/kinds.ts';

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
    const begun = await begin(world, request, gate);
    if (!begun) return {};
    const { row, asked, overtakes } = begun;
    if (overtakes) await cancelRun(world, overtakes);
    const started = await start(world, asked);
    const recorded = await record(world, request, { row, asked, started });
    if (recorded === 'overtaken' && started.kind === 'run') await cancelRun(world, started.runId);
    return {};
  };

/** What is no image is taken in only for a gate that starts none; its policy may have been changed since. */
async function start(world: Surroundings, asked: Asked): Promise<Started> {
  const { check, platform } = asked;
  if (STARTS_IT[check.kind] && platform === ALL_PLATFORMS) {
    return { kind: 'answered', verdict: 'fail', reasons: [noContainer([check])], tool: `gated-import: ${check.kind}` };
  }
  return effectsOf(check).start(world, asked);
}

/** Writes the attempt. `undefined`: it was begun, was overtaken, nobody asks that any more, or its candidate is settled. */
async function begin(
  world: Surroundings,
  { digest, check: id, attempt, tries, at }: StartCheckRequest,
  gate: Gate,
): Promise<{ row: EvidenceRow; asked: Asked; overtakes?: string } | undefined> {
  const candidate = await readCandidate(world.ledger, gate.name, digest);
  if (!candidate || isOver(candidate.row.value)) return undefined;
  const found = questionOf(gate, candidate.row.value, id);
  if (!found) return undefined; // The next look does not miss it.
  world.telemetry.about(originOfCandidate(gate.name, candidate.row.value));

  const asked = (row: EvidenceRow) =>
    askedOf(world, { gate, candidate: candidate.row.value, id, nonce: row.nonce, at, tries });
  const known = candidate.evidence.get(id);
  const last = known?.value.evidence;
  if (known && last && last.attempt >= attempt) {
    if (last.attempt > attempt || last.state === 'done' || last.runId) return undefined;
    const again = asked(known.value);
    return again && { row: known.value, asked: again };
  }
  const { question, check } = found;
  const timeoutSeconds = 'timeoutSeconds' in check ? check.timeoutSeconds : 0;
  const tools = pinnedTools(check).map((tool) => tool.digest);
  const row: EvidenceRow = {
    digest,
    check: id,
    nonce: randomBytes(16).toString('hex'),
    evidence: {
      state: 'running',
      checkHash: question.hash,
      attempt,
      tries,
      opening: candidate.row.value.opening,
      startedAt: at,
      deadlineAt: at + (timeoutSeconds + GRACE_SECONDS) * 1000,
    },
    ...(tools.length > 0 ? { tools } : {}),
  };
  const written = await world.ledger.write('gates', gate.name, [put(evidenceKey(digest, id), known, row)]);
  if (written === 'conflict') throw new LedgerConflict(`check "${id}" of ${digest}`);
  const overtakes = last?.state === 'running' ? last.runId : undefined;
  const first = asked(row);
  return first && { row, asked: first, ...(overtakes ? { overtakes } : {}) };
}

/** For a place in the queue, the pull and the start, on top of the check's own time. */
const GRACE_SECONDS = 600;

async function record(
  { ledger }: Surroundings,
  { gate, digest, check, attempt, at }: StartCheckRequest,
  { row, asked, started }: { row: EvidenceRow; asked: Asked; started: Started },
): Promise<'recorded' | 'overtaken'> {
  const candidate = await readCandidate(ledger, gate, digest);
  const known = candidate?.evidence.get(check);
  // Settled or overtaken meanwhile: this try counts for nothing.
  if (!known || !candidate || isOver(candidate.row.value)) return 'overtaken';
  const { evidence: running } = known.value;
  if (running.attempt !== attempt || known.value.nonce !== row.nonce) return 'overtaken';
  if (running.state === 'done') return 'recorded';
  const evidence =
    started.kind === 'run' ? { ...running, runId: started.runId } : doneEvidence(running, asked, started, at);
  const written = await ledger.write('gates', gate, [
    put(evidenceKey(digest, check), known, { ...known.value, evidence }),
  ]);
  if (written === 'conflict') throw new LedgerConflict(`check "${check}" of ${digest}`);
  return 'recorded';
}
