/** Puts the state that a decision sees together: from the ledger, and from what the upstream and the stable tag say (or are taken to say). */
import type { GatePolicy, GateState, Hold } from '../domain/gate-state.ts';
import type { Gate } from '../domain/policy.ts';
import type { Digest } from '../domain/reference.ts';
import { evidenceByCheck, newGate, type CandidateRow, type GateBook } from './gate-book.ts';

export function gateStateOf(
  gate: Gate,
  book: GateBook,
  seen: {
    upstream: GateState['upstream'];
    stable: Digest | undefined;
    stableIsAttempt?: boolean;
    holdOnEverything: Hold | undefined;
  },
): GateState {
  const row = book.gate?.value ?? newGate;
  const hold = seen.holdOnEverything ?? row.hold;
  return {
    requested: book.requested,
    policy: decidingPolicy(gate),
    upstream: seen.upstream,
    latestSighting: row.upstream?.sequence ?? 0,
    ...(row.current ? { current: row.current } : {}),
    ...(row.shadow && gate.mode === 'observe' ? { shadow: row.shadow } : {}),
    ...(row.intention ? { intention: row.intention } : {}),
    followersDue: row.followersDue,
    ...(seen.stable ? { stable: seen.stable } : {}),
    ...(seen.stableIsAttempt ? { stableIsAttempt: true } : {}),
    ...(row.drift?.[gate.to.tag] ? { driftAnnounced: row.drift[gate.to.tag] } : {}),
    ...(row.adopted ? { adopted: row.adopted } : {}),
    ...(hold ? { hold } : {}),
    failures: row.failures,
    open: [...book.open.values()].map((candidate) => {
      const { sightedAt: _, settled: __, platform: ___, subject: ____, unusable: _____, ...open } = candidate.row.value;
      return { ...open, ...foundFor(gate, candidate.row.value), evidence: evidenceByCheck(candidate) };
    }),
  };
}

/** What the intake found of a candidate, if it was for the platform that the gate wants today. */
export const foundFor = (
  { platforms }: Gate,
  { platform, subject, unusable }: CandidateRow,
): Pick<CandidateRow, 'subject' | 'unusable'> =>
  platform === platforms[0] ? { ...(subject ? { subject } : {}), ...(unusable ? { unusable } : {}) } : {};

export const decidingPolicy = ({ checks, soakMs, platforms, mode, whenReplaced }: Gate): GatePolicy => ({
  checks: checks.map(({ name, hash, kind }) => ({ name, hash, ...(kind === 'task' ? { alone: true } : {}) })),
  soakMs,
  platforms,
  ...(mode === 'observe' ? { mode } : {}),
  ...(whenReplaced === 'keep' ? { whenReplaced } : {}),
});
