/** Reads `approval: { quorum: 1, role: release-manager, expires: 7d }`, of a gate or of `defaults`. */
import { z } from 'zod';
import { MOST_APPROVALS, type ApprovalRule } from '../approvals.ts';
import { readFields } from './fields.ts';
import type { Place } from './place.ts';
import { duration } from './schemas.ts';

const DAY_MS = 86_400_000;

/** `0` is for a gate that wants none where the `defaults` ask for it. */
const quorum = z
  .int(`a quorum is a whole number of people, ${MOST_APPROVALS} at most`)
  .min(0, 'a quorum is 0 (nobody is asked) or more')
  .max(MOST_APPROVALS, `a quorum is ${MOST_APPROVALS} people at most`)
  .default(1)
  .meta({
    description: 'how many different people have to approve; 0: nobody, also where the `defaults` ask for approval',
    examples: [2],
  });

const role = z
  .enum(['operator', 'release-manager'], 'people with the role "operator" or "release-manager" approve')
  .default('release-manager')
  .meta({ description: 'the app role that they need', examples: ['operator'] });

const expires = duration
  .refine((ms) => ms > 0, 'people get at least 1s to approve')
  .default(7 * DAY_MS)
  .meta({
    description: 'how long is waited for them, from when nothing else is missing; then the candidate is rejected',
    default: '7d',
    examples: ['72h'],
  });

export const approvalFields = { quorum, role, expires };

/** `undefined`: something is wrong, and was reported. `none`: nobody is asked. */
export function readApproval(place: Place): ApprovalRule | 'none' | undefined {
  const { quorum: people, role: needed, expires: expiresMs } = readFields(place, approvalFields);
  if (people === undefined || needed === undefined || expiresMs === undefined) return undefined;
  return people === 0 ? 'none' : { quorum: people, role: needed, expiresMs };
}
