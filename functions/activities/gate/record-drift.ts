/** Writes down that a tag of a gate names what it should not, and announces it; a drift that was mended is announced and not kept. */
import type { Gate } from '../../../shared/domain/policy.ts';
import { formatReference, type Digest, type Tag } from '../../../shared/domain/reference.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { GATE } from '../../../shared/ledger/gate-rows.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Surroundings } from '../activity.ts';

export interface Drift {
  tag: Tag;
  found: Digest | 'none';
  mended: boolean;
  why: string;
  /** Who found it. */
  by: string;
  /** Epoch milliseconds. */
  at: number;
}

/** Key: tag and what it names. What was announced already is not announced again. */
export async function recordDrift(
  { ledger }: Surroundings,
  gate: Gate,
  { tag, found, mended, why, by, at }: Drift,
): Promise<object> {
  const row = await readGateRow(ledger, gate.name);
  if (!row || (!mended && row.value.drift?.[tag] === found)) return {};
  const drift = mended ? (row.value.drift ?? {}) : { ...row.value.drift, [tag]: found };
  const written = await ledger.write('gates', gate.name, [
    put(GATE, row, { ...row.value, drift }),
    tell(`drift-${tag}`, {
      at,
      by,
      subject: gate.name,
      what: mended ? 'drift mended' : 'drift found',
      why,
      announce: 'driftFound',
      data: { tag: formatReference({ ...gate.to, tag }), found, mended },
    }),
  ]);
  if (written === 'conflict') throw new LedgerConflict(`gate "${gate.name}"`);
  return {};
}

/** A drift that is over is announced again should it come back. */
export async function forgetDrift(ledger: Ledger, gate: string, tag: Tag): Promise<'written' | 'conflict'> {
  const row = await readGateRow(ledger, gate);
  const { [tag]: over, ...drift } = row?.value.drift ?? {};
  if (!row || over === undefined) return 'written';
  return ledger.write('gates', gate, [put(GATE, row, { ...row.value, drift })]);
}
