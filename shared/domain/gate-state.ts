/**
 * All that a decision about a gate may know. One schema, so that what a look answers is parsed into exactly this.
 *
 * Times are epoch milliseconds. Sequence numbers come from the ledger, one row per gate: a sighting or a manual promotion gets the next.
 */
import { z } from 'zod';
import { approvals } from './approvals.ts';
import { removed } from './fast-lane.ts';
import { personFreeze } from './freeze.ts';
import { gatePolicy } from './gate-policy.ts';
import { platformImage } from './manifest.ts';
import { verdict } from './outcome.ts';
import { person, who } from './person.ts';
import { earlier, recall, restores } from './recall.ts';
import { digest, tag } from './reference.ts';

export const evidence = z.discriminatedUnion('state', [
  z.object({
    state: z.literal('running'),
    checkHash: z.string(),
    /** Counts every try ever made; a late activity of an earlier one changes nothing. */
    attempt: z.number(),
    /** Counts the tries of this opening, from 1. */
    tries: z.number(),
    opening: z.number(),
    /** Missing until the run was scheduled. */
    runId: z.string().optional(),
    startedAt: z.number(),
    deadlineAt: z.number(),
  }),
  z.object({
    state: z.literal('done'),
    checkHash: z.string(),
    attempt: z.number(),
    tries: z.number(),
    opening: z.number(),
    runId: z.string().optional(),
    startedAt: z.number(),
    finishedAt: z.number(),
    verdict,
    reasons: z.array(z.string()),
    /** What it speaks of. */
    digest,
    /** The platform asked about; `all` where the question was about the whole subject. */
    platform: z.string(),
    /** The image that asked, by digest where that is known, or what of the app did. */
    tool: z.string(),
    /** When it has to be asked again. */
    expiresAt: z.number().optional(),
    /** Where what it found is kept for people. */
    report: z.string().optional(),
    /** It was asked without a sandbox. */
    isolation: z.literal('none').optional(),
    /** Findings of the current digest that the candidate has no more, by grade. */
    removes: removed.optional(),
  }),
]);
export type Evidence = z.infer<typeof evidence>;

export const trouble = z.object({ message: z.string(), times: z.number(), retryAt: z.number() });
export type Trouble = z.infer<typeof trouble>;

export const manual = z.object(person);

/** A person wants this candidate to skip a wait; it counts once another person has agreed. Belongs to one opening. */
export const override = z.object({
  skip: z.enum(['soak', 'freeze']),
  ...person,
  agreed: z.object(person).optional(),
});
export type Override = z.infer<typeof override>;

export const candidate = z.object({
  /** The upstream digest. */
  digest,
  sequence: z.number(),
  /** Start of the unbroken sighting, by our own clock; for a manual promotion the time of the request. */
  seenSince: z.number(),
  opening: z.number(),
  manual: manual.optional(),
  aborted: z.object({ ...who, why: z.string() }).optional(),
  overrides: z.array(override).optional(),
  /** Everybody who asked for its promotion in this opening: none of them approves it. */
  requestedBy: z.array(z.string()).optional(),
  /** Of this opening. */
  approvals: approvals.optional(),
  /** Promoted as this subject, and since then its checks are asked again; it is settled all the while. */
  again: z.object({ subject: digest, since: z.number() }).optional(),
  /** It is put back over a recalled one; it waits for nothing but its checks. */
  restores: restores.optional(),
  /** What is checked and promoted; known once it is in quarantine. */
  subject: digest.optional(),
  /** What each check is asked about: the subject itself, or the images of an index. Known with the subject. */
  images: z.array(platformImage).optional(),
  /** What no retry can mend. */
  unusable: z.string().optional(),
  trouble: trouble.optional(),
  /** By the id of the question. */
  evidence: z.record(z.string(), evidence),
});
export type Candidate = z.infer<typeof candidate>;

export const promotion = z.object({
  digest,
  subject: digest,
  sequence: z.number(),
  unique: tag,
  at: z.number(),
  /** Two people wanted it to skip the freeze: what is built on it and runs it skips it too. */
  skipsFreeze: z.literal(true).optional(),
});
export type Promotion = z.infer<typeof promotion>;

/** What would have been promoted last while the gate only observes: later decisions count with it as with the current promotion. */
export const shadow = z.object({ digest, sequence: z.number(), at: z.number() });
export type Shadow = z.infer<typeof shadow>;

export const intention = z.object({
  digest,
  subject: digest,
  sequence: z.number(),
  unique: tag,
  attempt: z.number(),
  /** It was promoted before, and takes the place of what was recalled. */
  restored: z.literal(true).optional(),
});
export type Intention = z.infer<typeof intention>;

export const hold = z.object(person);
export type Hold = z.infer<typeof hold>;

export const gateState = z.object({
  /** The request counter as this look saw it; `rest` succeeds only if it is still that. */
  requested: z.number(),
  policy: gatePolicy,
  upstream: z.discriminatedUnion('kind', [
    z.object({ kind: z.literal('at'), digest }),
    z.object({ kind: z.literal('gone') }),
    /** One 404 is not believed yet. */
    z.object({ kind: z.literal('unsure'), askAgainAt: z.number() }),
    z.object({ kind: z.literal('unreachable'), message: z.string() }),
  ]),
  latestSighting: z.number(),
  current: promotion.optional(),
  /** Only while the gate observes. */
  shadow: shadow.optional(),
  intention: intention.optional(),
  followersDue: z.boolean(),
  /** What the stable tag names now. */
  stable: digest.optional(),
  /** Whether this gate has promoted that digest once, or has tried to. */
  stableIsAttempt: z.literal(true).optional(),
  /** What the stable tag named instead of the current digest when that was last announced. */
  driftAnnounced: z.union([digest, z.literal('none')]).optional(),
  /** What it named before the first promotion, once that was looked at; `none`: nothing. */
  adopted: z.union([digest, z.literal('none')]).optional(),
  hold: hold.extend({ everything: z.literal(true).optional() }).optional(),
  recalled: z.array(recall).optional(),
  /** Only while the current digest is a recalled one. */
  earlier: z.array(earlier).optional(),
  /** Of a person, on everything. */
  freeze: personFreeze.optional(),
  /** Failed looks or unreachable upstreams in a row: the base of the back-off. */
  failures: z.number(),
  open: z.array(candidate),
  /** The current one as the candidate that it was, for what its checks say today; missing for what was adopted, or is open once more. */
  standing: candidate.optional(),
  /** Its checks are asked again though it is not the current one any more. */
  overtaken: digest.optional(),
});
export type GateState = z.infer<typeof gateState>;

/** What a look answers: the state, or that this gate is no longer in the policy. */
export const gateLook = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('gate'), state: gateState }),
  z.object({ kind: z.literal('absent'), why: z.string() }),
]);
export type GateLook = z.infer<typeof gateLook>;
