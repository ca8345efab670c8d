/** A gate and a candidate as they are recorded, and what another policy makes of them. */
import { wantedPlatforms } from '../../../shared/domain/deciding-policy.ts';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import type { RecordedCandidate, RecordedGate } from '../../../shared/domain/recorded.ts';
import { tag } from '../../../shared/domain/reference.ts';
import { whatIf } from '../../../shared/domain/what-if.ts';
import { candidate, MINUTE, NOW } from './gate-builders.ts';

const PLATFORMS = ['linux/amd64'];
const found = wantedPlatforms({ platforms: PLATFORMS, unchecked: [] });
export const HOUR = 60 * MINUTE;
export const unique = tag.parse('15-alpine-ca1');

export const policyOf = (change: Partial<GatePolicy> = {}): GatePolicy => ({
  checks: [{ name: 'functional', hash: 'today' }],
  soakMs: 0,
  platforms: PLATFORMS,
  ...change,
});
export const gateOf = (change: Partial<RecordedGate> = {}): RecordedGate => ({
  from: 'public.example.com/node:15-alpine',
  to: 'base.azurecr.io/node:15-alpine',
  policy: policyOf(),
  latestSighting: 1,
  ...change,
});
/** Passed, seen for an hour, and by default promoted now. */
export const recorded = (change: Partial<RecordedCandidate> = {}): RecordedCandidate => ({
  ...candidate(change),
  platforms: found,
  ...change,
});
export const settled = (outcome: Outcome, at = NOW) => ({ settled: { outcome, at } });

export const flips = (policy: Partial<GatePolicy>, candidates: RecordedCandidate[], gate: Partial<RecordedGate> = {}) =>
  whatIf(gateOf(gate), candidates, { policy: policyOf(policy), now: NOW }).map(
    ({ kind, was, would }) => `${kind}: ${was}; ${would}`,
  );

export const approval = { quorum: 1, role: 'release-manager' as const, expiresMs: HOUR };
