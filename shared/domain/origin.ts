/** The candidate that something goes back to: a digest that was sighted at a gate, or asked for there, in one opening of it. */
import { z } from 'zod';
import { digest } from './reference.ts';

export const origin = z.object({
  gate: z.string(),
  /** The upstream digest. */
  digest,
  opening: z.number(),
  /** Epoch milliseconds, by our own clock. */
  sightedAt: z.number(),
});
export type Origin = z.infer<typeof origin>;
