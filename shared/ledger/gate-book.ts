/**
 * One gate's partition of the ledger: the gate row, its request counter, its open candidates with their evidence, and what is still to be
 * announced. The gate row's ETag guards every decision.
 */
import { z } from 'zod';
import {
  candidate,
  evidence,
  gatePolicy,
  hold,
  intention,
  promotion,
  shadow,
  type Evidence,
} from '../domain/gate-state.ts';
import { candidateKey, digestKey, orderedKey, rowKey } from '../domain/ids.ts';
import type { Origin } from '../domain/origin.ts';
import { recall } from '../domain/recall.ts';
import { outcome, reason } from '../domain/outcome.ts';
import { digest, tag, type Digest } from '../domain/reference.ts';
import type { Ledger, Row } from '../ports.ts';
import { outboxOf, type Outbox } from './outbox.ts';
import { parseRow, type Kept } from './rows.ts';

export const GATE = 'gate';
export const REQUEST = 'request';

/** A promotion as it is kept: also how its candidate came, which says what everything built on it goes back to. */
export const keptPromotion = promotion.extend({
  opening: z.number().optional(),
  sightedAt: z.number().optional(),
  /** The manifest of its signed record; one that was completed before there were records has none. */
  record: digest.optional(),
});
export type KeptPromotion = z.infer<typeof keptPromotion>;

export const gateRow = z.object({
  /** The last digest seen under the upstream tag, since when without a break, and the sequence number of that sighting. */
  upstream: z.object({ digest, since: z.number(), sequence: z.number() }).optional(),
  /** When the first 404 of an unbroken row of them came. */
  goneSince: z.number().optional(),
  sequence: z.number(),
  current: keptPromotion.optional(),
  previous: keptPromotion.optional(),
  /** Only while the gate observes. */
  shadow: shadow.optional(),
  intention: intention.optional(),
  attempts: z.number(),
  /** What the stable tag pointed at before the first promotion; `none` once looked at and nothing was there. */
  adopted: z.union([digest, z.literal('none')]).optional(),
  followersDue: z.boolean(),
  /** Subjects of the last promotions that were begun and given up: a late activity may still bring one to the stable tag. */
  dropped: z.array(digest).optional(),
  /** Tags of ours that were announced to name something else than they should, and what that is. */
  drift: z.record(tag, z.union([digest, z.literal('none')])).optional(),
  hold: hold.optional(),
  recalled: z.array(recall).optional(),
  failures: z.number(),
  handled: z.number(),
  /** Present while the story is at rest; absent while it is at work (or was lost at work). */
  resting: z
    .object({
      reason,
      dueAt: z.number().optional(),
      /** Something else than what it waits for is due. */
      lookAgainAt: z.number().optional(),
      digest: digest.optional(),
      at: z.number(),
      /** Under which it rests: another one is a reason to look again. */
      policy: gatePolicy.optional(),
    })
    .optional(),
  /** What the checks of that digest said when they were asked again, after it was promoted. Of another one than the current it counts for nothing. */
  proposal: z.object({ digest, reason, at: z.number() }).optional(),
  /** What a candidate was last announced to wait for. */
  waiting: z.object({ digest, for: z.string() }).optional(),
  lookedAt: z.number(),
});
export type GateRow = z.infer<typeof gateRow>;

export const newGate: GateRow = { sequence: 0, attempts: 0, followersDue: false, failures: 0, handled: 0, lookedAt: 0 };

/** A candidate as it is kept: its evidence has rows of its own, so that checks that run side by side do not disturb each other. */
export const candidateRow = candidate.omit({ evidence: true }).extend({
  /** For which platforms `subject`, `images` or `unusable` were found; for others of a changed policy they count for nothing. */
  platforms: z.string().optional(),
  sightedAt: z.number(),
  /** How many things attached to it are in quarantine with it, how many were left, and the first reasons why. */
  referrers: z.object({ copied: z.number(), left: z.number(), why: z.array(z.string()) }).optional(),
  settled: z.object({ outcome, at: z.number(), checkHashes: z.array(z.string()) }).optional(),
});
export type CandidateRow = z.infer<typeof candidateRow>;

/** `check`: the id of the question. The nonce stays in the ledger, out of every answer. */
export const evidenceRow = z.object({
  digest,
  check: z.string(),
  nonce: z.string(),
  evidence,
});
export type EvidenceRow = z.infer<typeof evidenceRow>;

export const requestRow = z.object({ requested: z.number() });

/** A promotion that was completed, with the layers, of each of its images, that prove what stands on it. */
export const promotionRow = keptPromotion.extend({ layers: z.array(z.array(z.string())) });
export type PromotionRow = z.infer<typeof promotionRow>;

export interface CandidateBook {
  row: Kept<CandidateRow>;
  evidence: Map<string, Kept<EvidenceRow>>;
}

export interface GateBook {
  gate: Kept<GateRow> | undefined;
  requested: number;
  open: Map<Digest, CandidateBook>;
  /** Settled, and its checks are asked again. */
  again: Map<Digest, CandidateBook>;
  outbox: Outbox[];
}

/** What the look reads: open rows only, one query. */
export async function readGate(ledger: Ledger, gate: string): Promise<GateBook> {
  const rows = await ledger.rows('gates', gate, { openOnly: true });
  const one = (key: string) => rows.find((row) => row.key === key);
  const gateFound = one(GATE);
  const requestFound = one(REQUEST);
  const candidates = [...candidatesOf(rows)];
  return {
    gate: gateFound && parseRow(gateFound, gateRow),
    requested: requestFound ? parseRow(requestFound, requestRow).value.requested : 0,
    open: new Map(candidates.filter(([, { row }]) => !row.value.settled)),
    again: new Map(candidates.filter(([, { row }]) => row.value.settled)),
    outbox: outboxOf(rows),
  };
}

/** A candidate that is open, or whose checks are asked again. */
export const underWay = ({ open, again }: GateBook, of: Digest): CandidateBook | undefined =>
  open.get(of) ?? again.get(of);

/** Whether nothing is done about it any more. */
export const isOver = ({ settled, again }: CandidateRow): boolean => settled !== undefined && again === undefined;

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
  const found = await ledger.get('gates', gate, GATE);
  const all = within('promotion');
  const rows: Row[] = [];
  let to = all.to;
  let lowest = found ? parseRow(found, gateRow).value.sequence + 1 : 0;
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

/** `undefined` for a promotion that was kept before this was. */
export const originOf = (gate: string, { digest, opening, sightedAt }: KeptPromotion): Origin | undefined =>
  opening === undefined || sightedAt === undefined ? undefined : { gate, digest, opening, sightedAt };

export const originOfCandidate = (gate: string, { digest, opening, sightedAt }: CandidateRow): Origin => ({
  gate,
  digest,
  opening,
  sightedAt,
});

export const evidenceKey = (of: Digest, check: string): string => rowKey('evidence', digestKey(of), check);

export const promotionKey = (sequence: number): string => rowKey('promotion', orderedKey(sequence));

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
