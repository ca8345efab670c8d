/**
 * What comes of asking the checks of the current one again: kept on the gate for people, announced where it is a proposal to recall.
 *
 * Key: the digest; what was concluded is not asked again any more. The same proposal as before is announced once.
 */
import { isDeepStrictEqual } from 'node:util';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { sayReason, type Standing } from '../../../shared/domain/outcome.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { readGate } from '../../../shared/ledger/gate-book.ts';
import { evidenceKey, GATE, type CandidateRow, type GateRow } from '../../../shared/ledger/gate-rows.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { cancelRun } from './cancel-run.ts';

export interface ConcludeCurrent {
  gate: string;
  digest: Digest;
  found: Standing;
  /** Epoch milliseconds. */
  at: number;
}

export const concludeCurrent =
  (world: Surroundings): Activity<ConcludeCurrent, object> =>
  async ({ gate: name, digest, found, at }) => {
    const gate = await existingGate(world.policies, name);
    const { gate: row, again } = await readGate(world.ledger, name);
    const candidate = again.get(digest);
    if (!row || !candidate) return {};

    const { again: _, trouble: __, unusable: ___, ...kept } = candidate.row.value;
    const { settled, sequence, opening } = kept;
    const next: CandidateRow = {
      ...kept,
      ...(settled ? { settled: { ...settled, checkHashes: gate.checks.map(({ hash }) => hash) } } : {}),
    };
    const proposal = found.kind === 'propose-recall' ? { digest, reason: found.reason, at } : undefined;
    const isNew = proposal !== undefined && !saysTheSame(row.value.proposal, proposal);
    const written = await world.ledger.write('gates', name, [
      put(GATE, row, withProposal(row.value, found.kind === 'left' ? row.value.proposal : proposal)),
      put(candidateKey(digest), candidate.row, next, { open: false }),
      ...[...candidate.evidence.values()].map((one) =>
        put(evidenceKey(digest, one.value.check), one, one.value, { open: false }),
      ),
      tell(`asked-again-${sequence}-${opening}`, {
        at,
        by: 'runGate',
        subject: name,
        what: found.kind === 'propose-recall' ? 'recall proposed' : 'asked again',
        why: sayStanding(found),
        ...(isNew ? { announce: 'recallProposed' } : {}),
        data: { digest, found },
      }),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`gate "${name}"`);
    for (const { value } of candidate.evidence.values()) {
      const { state, runId } = value.evidence;
      if (state === 'running' && runId) await cancelRun(world, runId);
    }
    return {};
  };

function withProposal({ proposal: _, ...row }: GateRow, proposal: GateRow['proposal']): GateRow {
  return { ...row, ...(proposal ? { proposal } : {}) };
}

const saysTheSame = (before: GateRow['proposal'], { digest, reason }: NonNullable<GateRow['proposal']>): boolean =>
  before?.digest === digest && isDeepStrictEqual(before.reason, reason);

function sayStanding(found: Standing): string {
  switch (found.kind) {
    case 'holds':
      return 'the current digest passes the checks of today';
    case 'left':
      return 'it is not the current digest any more';
    case 'propose-recall':
      return `the current digest does not pass the checks of today: ${sayReason(found.reason)}`;
  }
}
