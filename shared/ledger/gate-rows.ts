/**
 * The rows of one gate: the gate itself, its request counter, its candidates, their evidence, and its promotions. What is remembered of a gate is
 * all here; `gate-book.ts` reads them. The gate row's ETag guards every decision.
 */
import { z } from 'zod';
import { gatePolicy } from '../domain/gate-policy.ts';
import { candidate, evidence, hold, intention, promotion, shadow } from '../domain/gate-state.ts';
import { digestKey, orderedKey, rowKey } from '../domain/ids.ts';
import type { Origin } from '../domain/origin.ts';
import { outcome, reason } from '../domain/outcome.ts';
import { recall } from '../domain/recall.ts';
import { digest, tag, type Digest } from '../domain/reference.ts';

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
  /** Tools that the policy named by digest, and its run was given: they stay in quarantine while it runs. */
  tools: z.array(digest).optional(),
});
export type EvidenceRow = z.infer<typeof evidenceRow>;

export const requestRow = z.object({ requested: z.number() });

/** A promotion that was completed, with the layers, of each of its images, that prove what stands on it. */
export const promotionRow = keptPromotion.extend({ layers: z.array(z.array(z.string())) });
export type PromotionRow = z.infer<typeof promotionRow>;

/** Whether nothing is done about it any more. */
export const isOver = ({ settled, again }: CandidateRow): boolean => settled !== undefined && again === undefined;

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
