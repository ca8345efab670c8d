/** What a sweep came to: what it asks to be remembered when it ends, and what is read again later. */
import { z } from 'zod';

export const sweepEnd = z.object({
  endedAt: z.number(),
  gates: z.number(),
  started: z.array(z.string()),
  ended: z.array(z.string()),
  problems: z.array(z.string()),
  /** Rows that it could not read, and whose they are. */
  unreadable: z.array(z.string()).optional(),
  /** When tags and quarantine were last looked after. */
  upkeepAt: z.number().optional(),
});
export type SweepEnd = z.infer<typeof sweepEnd>;
