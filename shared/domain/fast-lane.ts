/**
 * The fast lane: a candidate that mends what is wrong with the current digest may leave the soak out, where the gate allows it, with more
 * approvals than it would need otherwise. No check is left out.
 */
import { z } from 'zod';
import { severity } from './checks/vulnerabilities/finding.ts';

/** The worst first. A finding of unknown severity opens no lane. */
export const GRADES = ['critical', 'high', 'medium', 'low'] as const;
export const grade = z.enum(GRADES);
export type Grade = z.infer<typeof grade>;

/** How many findings are gone, by severity. */
export const removed = z.partialRecord(severity, z.number());
export type Removed = z.infer<typeof removed>;

export interface FastLane {
  /** What the candidate removes is enough for it. */
  open: boolean;
  /** So many approvals are still missing. */
  missing: number;
}

/** `needed`: the approvals that the gate asks for otherwise. */
export function fastLaneOf(
  { removes, approvals: more }: { removes: Grade; approvals: number },
  { scans, approvals, needed }: { scans: Removed[]; approvals: number; needed: number },
): FastLane {
  const enough = GRADES.slice(0, GRADES.indexOf(removes) + 1);
  const open = scans.some((scan) => enough.some((one) => (scan[one] ?? 0) > 0));
  return { open, missing: Math.max(0, needed + more - approvals) };
}
