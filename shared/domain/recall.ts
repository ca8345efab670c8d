/**
 * Recalls: a promoted digest whose permission was taken away. It counts for nothing in the order of promotions, nothing is built on it, and what
 * is put back in its place is the newest earlier promotion that passes today's checks, with its old number.
 *
 * One that was made by mistake is lifted. It is kept all the same: what was decided while it stood is not otherwise for that.
 */
import { z } from 'zod';
import { person } from './person.ts';
import { digest, tag, type Digest } from './reference.ts';

export const recall = z.object({
  /** The upstream digest. */
  digest,
  /** What was promoted of it: whatever has the same is recalled too. */
  subject: digest,
  ...person,
  lifted: z.object(person).optional(),
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
export const restores = z.object({
  over: digest,
  subject: digest,
  unique: tag,
  /** Which recall of that digest: it may be lifted, and come again. */
  recalledAt: z.number().optional(),
});
export type Restores = z.infer<typeof restores>;

interface Named {
  digest: Digest;
  subject?: Digest | undefined;
}

/** The recall that stands, of this digest or of what was promoted of it. */
export const recallOf = (recalls: Recall[] | undefined, named: Named): Recall | undefined =>
  recalls?.find((one) => one.lifted === undefined && isOf(one, named));

/** The same recalls, without those of this digest and of what was promoted of it. */
export const liftRecalls = (recalls: Recall[], named: Named, lifted: NonNullable<Recall['lifted']>): Recall[] =>
  recalls.map((one) => (one.lifted === undefined && isOf(one, named) ? { ...one, lifted } : one));

const isOf = (recall: Recall, { digest: of, subject }: Named): boolean =>
  recall.digest === of || (subject !== undefined && recall.subject === subject);
