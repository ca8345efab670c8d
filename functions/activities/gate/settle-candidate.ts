/**
 * Settles a candidate with its outcome and the checks it was settled under, and then cancels the runs nobody waits for any more.
 *
 * Key: the digest; a settled candidate is left as it is. A run that cannot be cancelled ends by itself, and is named in the answer.
 */
import { candidateKey } from '../../../shared/domain/ids.ts';
import { sayOutcome, type Outcome } from '../../../shared/domain/outcome.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readGate, type CandidateBook } from '../../../shared/ledger/gate-book.ts';
import { evidenceKey, GATE, originOfCandidate } from '../../../shared/ledger/gate-rows.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { AnnouncementType } from '../../../shared/ports/announcements.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { cancelRun } from './cancel-run.ts';

export interface SettleCandidate {
  gate: string;
  digest: Digest;
  outcome: Outcome;
  /** Epoch milliseconds. */
  at: number;
}

/** `left`: it was settled before. */
export type Settled = { kind: 'settled'; notCancelled: string[] } | { kind: 'left' };

export const settleCandidate =
  (world: Surroundings): Activity<SettleCandidate, Settled> =>
  async ({ gate: name, digest, outcome, at }) => {
    const { ledger } = world;
    const gate = await existingGate(world.policies, name);
    const book = await readGate(ledger, name);
    const candidate = book.open.get(digest);
    if (!book.gate || !candidate) return { kind: 'left' };
    const { sequence } = candidate.row.value;
    const { current } = book.gate.value;

    // A promoted digest that was sighted again: the current promotion is now as new as that sighting.
    const renewed =
      outcome.kind === 'promoted' && current?.digest === digest && current.sequence < sequence
        ? { current: { ...current, sequence } }
        : {};
    const observed = outcome.kind === 'observed' ? { shadow: { digest, sequence, at } } : {};
    const settled = { outcome, at, checkHashes: gate.checks.map(({ hash }) => hash) };
    const announce = announcementOf(outcome);
    const written = await ledger.write('gates', name, [
      put(GATE, book.gate, { ...book.gate.value, ...renewed, ...observed }),
      put(candidateKey(digest), candidate.row, { ...candidate.row.value, settled }, { open: false }),
      ...[...candidate.evidence.values()].map((kept) =>
        put(evidenceKey(digest, kept.value.check), kept, kept.value, { open: false }),
      ),
      tell(`settled-${sequence}`, {
        at,
        by: 'runGate',
        subject: name,
        what: outcome.kind,
        why: sayOutcome(outcome),
        ...(announce ? { announce } : {}),
        data: { digest, sequence, outcome },
      }),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`gate "${name}"`);
    const origin = originOfCandidate(name, candidate.row.value);
    world.telemetry.about(origin);
    world.telemetry.settled(origin, { outcome: outcome.kind, at });
    return { kind: 'settled', notCancelled: await cancelRuns(world, candidate) };
  };

async function cancelRuns(world: Surroundings, { evidence }: CandidateBook): Promise<string[]> {
  const notCancelled: string[] = [];
  for (const { value } of evidence.values()) {
    const { state, runId } = value.evidence;
    if (state === 'running' && runId && (await cancelRun(world, runId)) === 'not-cancelled') notCancelled.push(runId);
  }
  return notCancelled;
}

const announcementOf = ({ kind }: Outcome): AnnouncementType | undefined =>
  kind === 'rejected' || kind === 'failed' || kind === 'observed' ? kind : undefined;
