/** One gate's partition of the ledger, read: the gate with its open candidates and what is still to be announced, or more of it for people. */
import type { Evidence } from '../domain/gate-state.ts';
import { candidateKey, digestKey, rowKey } from '../domain/ids.ts';
import type { Digest } from '../domain/reference.ts';
import type { Ledger, Row } from '../ports/ledger.ts';
import {
  candidateRow,
  evidenceRow,
  GATE,
  gateRow,
  isOver,
  promotionKey,
  promotionRow,
  type CandidateRow,
  type EvidenceRow,
  type GateRow,
  type PromotionRow,
} from './gate-rows.ts';
import { outboxOf, type Outbox } from './outbox.ts';
import { parseRow, type Kept } from './rows.ts';

export interface CandidateBook {
  row: Kept<CandidateRow>;
  evidence: Map<string, Kept<EvidenceRow>>;
}

export interface GateBook {
  gate: Kept<GateRow> | undefined;
  open: Map<Digest, CandidateBook>;
  /** Settled, and its checks are asked again. */
  again: Map<Digest, CandidateBook>;
  outbox: Outbox[];
}

/**
 * What the look reads: open rows only, one query. The storage goes through the settled candidates for it, and not through the promotions, whose
 * keys come after; whoever needs no candidates reads the gate's row alone.
 */
export async function readGate(ledger: Ledger, gate: string): Promise<GateBook> {
  const rows = await ledger.rows('gates', gate, { openOnly: true, to: within('promotion').from });
  const gateFound = rows.find(({ key }) => key === GATE);
  const candidates = [...candidatesOf(rows)];
  return {
    gate: gateFound && parseRow(gateFound, gateRow),
    open: new Map(candidates.filter(([, { row }]) => !row.value.settled)),
    again: new Map(candidates.filter(([, { row }]) => row.value.settled)),
    outbox: outboxOf(rows),
  };
}

export async function readGateRow(ledger: Ledger, gate: string): Promise<Kept<GateRow> | undefined> {
  const row = await ledger.get('gates', gate, GATE);
  return row && parseRow(row, gateRow);
}

/** What was told and is not delivered yet. */
export const readGateOutbox = async (ledger: Ledger, gate: string): Promise<Outbox[]> =>
  outboxOf(await ledger.rows('gates', gate, within('outbox')));

/** Without its evidence. */
export async function readCandidateRow(
  ledger: Ledger,
  gate: string,
  of: Digest,
): Promise<Kept<CandidateRow> | undefined> {
  const row = await ledger.get('gates', gate, candidateKey(of));
  return row && parseRow(row, candidateRow, 'candidate');
}

/** A candidate that is open, or whose checks are asked again. */
export async function readUnderWay(ledger: Ledger, gate: string, of: Digest): Promise<Kept<CandidateRow> | undefined> {
  const candidate = await readCandidateRow(ledger, gate, of);
  return candidate && !isOver(candidate.value) ? candidate : undefined;
}

/** One candidate, open or settled. */
export async function readCandidate(ledger: Ledger, gate: string, of: Digest): Promise<CandidateBook | undefined> {
  const row = await ledger.get('gates', gate, candidateKey(of));
  if (!row) return undefined;
  const evidenceRows = await ledger.rows('gates', gate, within('evidence', digestKey(of)));
  return candidatesOf([row, ...evidenceRows]).get(of);
}

/** Every candidate ever seen, newest first. For people, not for decisions. */
export async function readCandidates(ledger: Ledger, gate: string): Promise<CandidateBook[]> {
  const candidates = candidatesOf(
    await ledger.rows('gates', gate, { from: within('candidate').from, to: within('evidence').to }),
  );
  return [...candidates.values()].toSorted((a, b) => b.row.value.sequence - a.row.value.sequence);
}

/**
 * Completed promotions, newest first. Read from the newest number down in steps that double, until there are enough: a gate may have years
 * of them, and not every number was promoted.
 */
export async function readPromotions(
  ledger: Ledger,
  gate: string,
  { most }: { most: number },
): Promise<PromotionRow[]> {
  const found = await readGateRow(ledger, gate);
  const all = within('promotion');
  const rows: Row[] = [];
  let to = all.to;
  let lowest = found ? found.value.sequence + 1 : 0;
  for (let step = most; rows.length < most && to !== all.from; step *= 2) {
    lowest = Math.max(0, lowest - step);
    const from = lowest === 0 ? all.from : promotionKey(lowest);
    rows.unshift(...(await ledger.rows('gates', gate, { from, to })));
    to = from;
  }
  return rows
    .slice(-most)
    .toReversed()
    .map((row) => parseRow(row, promotionRow, 'promotion').value);
}

export const evidenceByCheck = ({ evidence: found }: CandidateBook): Record<string, Evidence> =>
  Object.fromEntries([...found].map(([check, { value }]) => [check, value.evidence]));

/** The range of the keys that begin with these parts and have more: `;` comes right after the `:` that joins them. */
function within(...parts: [string, ...string[]]): { from: string; to: string } {
  const prefix = rowKey(...parts);
  return { from: `${prefix}:`, to: `${prefix};` };
}

function candidatesOf(rows: Row[]): Map<Digest, CandidateBook> {
  const books = new Map<Digest, CandidateBook>();
  for (const row of rows.filter(({ key }) => key.startsWith('candidate:'))) {
    const kept = parseRow(row, candidateRow, 'candidate');
    books.set(kept.value.digest, { row: kept, evidence: new Map() });
  }
  for (const row of rows.filter(({ key }) => key.startsWith('evidence:'))) {
    const kept = parseRow(row, evidenceRow, 'evidence');
    books.get(kept.value.digest)?.evidence.set(kept.value.check, kept);
  }
  return books;
}
