/** How a candidate ends, and why anything waits or ends: the vocabulary of every answer the product gives. */
import { z } from 'zod';
import { sayWho, who } from './person.ts';
import { tag } from './reference.ts';
import { role } from './roles.ts';

const approval = { needed: z.number(), given: z.number(), role };

export const reason = z.discriminatedUnion('kind', [
  // why something waits
  z.object({ kind: z.literal('nothing-to-do') }),
  /** `fastLane`: so many approvals are missing for leaving it out. */
  z.object({ kind: z.literal('soaking'), fastLane: z.number().optional() }),
  z.object({ kind: z.literal('frozen'), why: z.string() }),
  z.object({ kind: z.literal('held'), ...who, why: z.string() }),
  z.object({ kind: z.literal('upstream-unreachable'), message: z.string() }),
  z.object({ kind: z.literal('checking-again'), checks: z.array(z.string()) }),
  z.object({ kind: z.literal('trouble'), message: z.string() }),
  z.object({ kind: z.literal('approval-wanted'), ...approval }),
  z.object({ kind: z.literal('current-recalled'), ...who, why: z.string(), instead: z.string() }),
  // why a candidate was rejected
  z.object({ kind: z.literal('check-failed'), checks: z.array(z.string()), details: z.array(z.string()) }),
  z.object({ kind: z.literal('undecided'), checks: z.array(z.string()), details: z.array(z.string()) }),
  z.object({ kind: z.literal('withdrawn') }),
  z.object({ kind: z.literal('aborted'), ...who, why: z.string() }),
  z.object({ kind: z.literal('recalled'), ...who, why: z.string() }),
  z.object({ kind: z.literal('approval-refused'), ...who, why: z.string() }),
  z.object({ kind: z.literal('approval-expired'), ...approval }),
  // why it failed: what no retry can mend
  z.object({ kind: z.literal('unusable'), message: z.string() }),
]);
export type Reason = z.infer<typeof reason>;

export const outcome = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('promoted'), unique: tag.optional() }),
  /** `by` is the sequence number of the later intention. */
  z.object({ kind: z.literal('superseded'), by: z.number() }),
  /** It would have been promoted, had the gate not only observed. */
  z.object({ kind: z.literal('observed') }),
  z.object({ kind: z.literal('rejected'), reason }),
  z.object({ kind: z.literal('failed'), reason }),
]);
export type Outcome = z.infer<typeof outcome>;

/** What comes of asking the current one again: nothing is settled by it, a person decides. `left`: it is not the current one any more. */
export const standing = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('holds') }),
  z.object({ kind: z.literal('left') }),
  z.object({ kind: z.literal('propose-recall'), reason }),
]);
export type Standing = z.infer<typeof standing>;

export const verdict = z.enum(['pass', 'fail', 'unknown']);
export type Verdict = z.infer<typeof verdict>;

/** What an activity that only does something answers. */
export const done = z.object({});

/** One sentence for a person. */
export function sayReason(value: Reason): string {
  switch (value.kind) {
    case 'nothing-to-do':
      return 'nothing to do';
    case 'soaking':
      return value.fastLane === undefined
        ? 'it has not been seen long enough'
        : `it has not been seen long enough; it mends findings of the current one, and with ${value.fastLane} more approval${value.fastLane === 1 ? '' : 's'} it does not have to wait`;
    case 'frozen':
      return `frozen ${value.why}`;
    case 'held':
      return `held by ${sayWho(value)}: ${value.why}`;
    case 'upstream-unreachable':
      return `the upstream could not be asked: ${value.message}`;
    case 'checking-again':
      return `no verdict yet from ${value.checks.join(', ')}; will be asked again`;
    case 'trouble':
      return `trouble with a service, will be tried again: ${value.message}`;
    case 'check-failed':
      return `check failed: ${value.checks.join(', ')} (${value.details.join('; ')})`;
    case 'undecided':
      return `no verdict after every try: ${value.checks.join(', ')} (${value.details.join('; ')})`;
    case 'withdrawn':
      return 'upstream has withdrawn it';
    case 'aborted':
      return `stopped by ${sayWho(value)}: ${value.why}`;
    case 'recalled':
      return `recalled by ${sayWho(value)}: ${value.why}`;
    case 'current-recalled':
      return `the current one was recalled by ${sayWho(value)} (${value.why}); ${value.instead}`;
    case 'approval-wanted':
      return `waits for approval by people with the role ${value.role}: ${value.given} of ${value.needed} given`;
    case 'approval-refused':
      return `approval refused by ${sayWho(value)}: ${value.why}`;
    case 'approval-expired':
      return `not approved in time by people with the role ${value.role}: ${value.given} of ${value.needed} given`;
    case 'unusable':
      return value.message;
  }
}

/** How it ended, in one sentence for a person. */
export function sayOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'promoted':
      return outcome.unique ? `promoted as ${outcome.unique}` : 'promoted';
    case 'observed':
      return 'would have been promoted; the gate only observes';
    case 'superseded':
      return `superseded by number ${outcome.by}`;
    case 'rejected':
    case 'failed':
      return sayReason(outcome.reason);
  }
}
