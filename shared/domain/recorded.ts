/**
 * What was recorded of a gate and its candidates, as the rules saw it: enough to ask them again under another policy. Both sides of the API
 * parse it. Times are epoch milliseconds, as the rules have them.
 */
import { z } from 'zod';
import { gatePolicy } from './gate-policy.ts';
import { candidate, promotion } from './gate-state.ts';
import { outcome } from './outcome.ts';
import { recall } from './recall.ts';

export const recordedGate = z.object({
  from: z.string(),
  to: z.string(),
  /** Today's. */
  policy: gatePolicy,
  latestSighting: z.number(),
  current: promotion.optional(),
  recalled: z.array(recall).optional(),
});
export type RecordedGate = z.infer<typeof recordedGate>;

export const recordedCandidate = candidate.extend({
  /** For which platforms `subject`, `images` or `unusable` were found. */
  platforms: z.string().optional(),
  settled: z.object({ outcome, at: z.number() }).optional(),
});
export type RecordedCandidate = z.infer<typeof recordedCandidate>;

export const recordedPage = z.object({
  gate: recordedGate,
  candidates: z.array(recordedCandidate),
  next: z.string().optional().describe('The address of the next page; missing on the last one.'),
});
export type RecordedPage = z.infer<typeof recordedPage>;
