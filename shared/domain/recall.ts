/**
 * Recalls: a promoted digest whose permission was taken away. It counts for nothing in the order of promotions, nothing is built on it, and what
 * is put back in its place is the newest earlier promotion that passes today's checks, with its old number.
 */
import { z } from 'zod';
import { who } from './person.ts';
import { digest, tag, type Digest } from './reference.ts';

export const recall = z.object({
  /** The upstream digest. */
  digest,
  /** What was promoted of it: whatever has the same is recalled too. */
  subject: digest,
  ...who,
  why: z.string(),
  at: z.number(),
});
export type Recall = z.infer<typeof recall>;

/** What may take the place of a recalled digest: a promotion, or what the stable tag named before the first one. */
export const earlier = z.object({
  digest,
  subject: digest,
  sequence: z.number(),
  unique: tag,
  /** `tried`: for this recall, and it did not pass. */
  state: z.enum(['untried', 'under-way', 'tried']),
});
export type Earlier = z.infer<typeof earlier>;

/** Of a candidate that is put back: over which recalled digest, and as what. */
export const restores = z.object({ over: digest, subject: digest, unique: tag });
export type Restores = z.infer<typeof restores>;

export const recallOf = (
  recalls: Recall[] | undefined,
  { digest: of, subject }: { digest: Digest; subject?: Digest | undefined },
): Recall | undefined =>
  recalls?.find((one) => one.digest === of || (subject !== undefined && one.subject === subject));
