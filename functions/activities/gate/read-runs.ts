/** Reads the check runs that are under way, and turns those that ended into evidence, or into trouble when Azure gave them up. */
import { backoffMs } from '../../../shared/domain/backoff.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import type { Evidence } from '../../../shared/domain/gate-state.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import type { Host } from '../../../shared/domain/reference.ts';
import type { CandidateBook, GateBook } from '../../../shared/ledger/gate-book.ts';
import { evidenceKey, type EvidenceRow } from '../../../shared/ledger/gate-rows.ts';
import { put, type Kept } from '../../../shared/ledger/rows.ts';
import type { Runs } from '../../../shared/ports/runs.ts';
import type { Surroundings } from '../activity.ts';
import { askedOf } from './checks/asked.ts';
import { doneEvidence } from './checks/done-evidence.ts';
import type { Answer, Asked, EndedRun } from './checks/kind.ts';
import { effectsOf } from './checks/kinds.ts';

/** A log that is not complete so long after its run ended will not be. */
const LOG_PATIENCE_MS = 120_000;

type Running = Extract<Evidence, { state: 'running' }>;
type Read = { kind: 'running' } | { kind: 'trouble'; message: string } | { kind: 'judged'; answer: Answer };

export async function readRuns(
  world: Surroundings,
  gate: Gate,
  book: GateBook,
  at: number,
): Promise<'written' | 'unchanged' | 'conflict'> {
  let written: 'written' | 'unchanged' = 'unchanged';
  for (const candidate of [...book.open.values(), ...book.again.values()]) {
    for (const kept of candidate.evidence.values()) {
      const { evidence, check: id, nonce } = kept.value;
      if (evidence.state !== 'running' || !evidence.runId) continue;
      const asked = askedOf(world, { gate, candidate: candidate.row.value, id, nonce, at, tries: evidence.tries });
      // Nobody asks that any more: it is asked anew, which cancels this run, or its candidate is settled, which does too.
      if (!asked || asked.check.hash !== evidence.checkHash) continue;
      const read = await readRun(world, asked, id, evidence, evidence.runId);
      if (read.kind === 'running') continue;
      const writing =
        read.kind === 'judged'
          ? judged(world, candidate, kept, { asked, running: evidence, answer: read.answer })
          : troubled(world, gate, candidate, kept, read.message, at);
      if ((await writing) === 'conflict') return 'conflict';
      written = 'written';
      // The candidate's row has changed; its other runs are read in the next round.
      if (read.kind === 'trouble' || candidate.row.value.trouble) break;
    }
  }
  return written;
}

async function readRun(world: Surroundings, asked: Asked, id: string, evidence: Running, runId: string): Promise<Read> {
  const { runs, quarantine } = world;
  const { at } = asked;
  const place = { host: quarantine, runId };
  const run = await runs.run(place);
  if (!run) return { kind: 'trouble', message: `run ${runId} of check "${id}" does not exist any more` };
  switch (run.state) {
    case 'running': {
      if (at <= evidence.deadlineAt) return { kind: 'running' };
      await runs.cancel(place);
      const judgement = await judge(world, asked, { state: 'timeout', log: '' });
      const reasons = [`run ${runId} did not end in time and was cancelled`];
      return { kind: 'judged', answer: { ...judgement, verdict: 'unknown', reasons } };
    }
    case 'error':
    case 'canceled':
      return {
        kind: 'trouble',
        message: `run ${runId} of check "${id}" was given up by the service (${run.state})${run.message ? `: ${run.message}` : ''}`,
      };
    case 'succeeded':
    case 'failed':
    case 'timeout': {
      const log = await readLog(runs, place);
      if (log.complete) return judgeOrTrouble(world, asked, { id, run: { state: run.state, log: log.text } });
      if (at - (run.finishedAt ?? evidence.startedAt) < LOG_PATIENCE_MS) return { kind: 'running' };
      return {
        kind: 'trouble',
        message: `the log of run ${runId} of check "${id}" ${log.problem ?? 'never became complete'}`,
      };
    }
  }
}

const judge = async (world: Surroundings, asked: Asked, run: EndedRun): Promise<Answer> =>
  effectsOf(asked.check).judge(world, asked, run);

/** Judging may ask a registry or keep a report; what goes wrong there is, like a log that cannot be fetched, the trouble of its candidate. */
async function judgeOrTrouble(
  world: Surroundings,
  asked: Asked,
  { id, run }: { id: string; run: EndedRun },
): Promise<Read> {
  try {
    return { kind: 'judged', answer: await judge(world, asked, run) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: 'trouble', message: `what check "${id}" found could not be judged: ${message}` };
  }
}

/** A log that cannot be fetched is, like one that is not whole, the trouble of its candidate and not of the gate. */
async function readLog(
  runs: Runs,
  place: { host: Host; runId: string },
): Promise<{ text: string; complete: boolean; problem?: string }> {
  try {
    return await runs.log(place);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { text: '', complete: false, problem: `cannot be fetched: ${message}` };
  }
}

function judged(
  { ledger }: Surroundings,
  { row }: CandidateBook,
  kept: Kept<EvidenceRow>,
  { asked, running, answer }: { asked: Asked; running: Running; answer: Answer },
) {
  const { trouble, ...untroubled } = row.value;
  const evidence = doneEvidence(running, asked, answer, asked.at);
  return ledger.write('gates', asked.gate.name, [
    put(evidenceKey(row.value.digest, kept.value.check), kept, { ...kept.value, evidence }),
    // A verdict says that the service works: the next trouble is the first of its kind again.
    ...(trouble ? [put(candidateKey(row.value.digest), row, untroubled)] : []),
  ]);
}

/**
 * No verdict, and no try that counts: the check is missing again once the trouble has rested. The first time that is at once, since a
 * service drops a run now and then.
 */
function troubled(
  { ledger, telemetry }: Surroundings,
  gate: Gate,
  { row }: CandidateBook,
  kept: Kept<EvidenceRow>,
  message: string,
  at: number,
) {
  telemetry.count('trouble', { gate: gate.name });
  const times = (row.value.trouble?.times ?? 0) + 1;
  const { runId: _, ...evidence } = kept.value.evidence;
  return ledger.write('gates', gate.name, [
    put(candidateKey(row.value.digest), row, {
      ...row.value,
      trouble: { message, times, retryAt: times === 1 ? at : at + backoffMs(times - 1) },
    }),
    put(evidenceKey(row.value.digest, kept.value.check), kept, { ...kept.value, evidence }),
  ]);
}
