/**
 * A person's hold as it bears on what depends on it: the hold on everything, or the hold of one gate.
 *
 * Where several bear on the same thing, the latest one counts: later intentions win, also among holds.
 */
import { z } from 'zod';
import { hold } from './gate-state.ts';

/** Without `gate` it is on everything. */
export const holdOver = hold.extend({ gate: z.string().optional() });
export type HoldOver = z.infer<typeof holdOver>;

/** Of the same moment, the first one. */
export const latestHold = <H extends { at: number }>(holds: (H | undefined)[]): H | undefined =>
  holds.flatMap((one) => (one ? [one] : [])).toSorted((a, b) => b.at - a.at)[0];
