/** Puts the state that a decision sees together: from the ledger, and from what the upstream and the stable tag say (or are taken to say). */
import { decidingPolicy, foundFor } from '../domain/deciding-policy.ts';
import type { PersonFreeze } from '../domain/freeze.ts';
import type { GateState, Hold } from '../domain/gate-state.ts';
import type { Gate } from '../domain/policy.ts';
import type { Earlier } from '../domain/recall.ts';
import type { Digest } from '../domain/reference.ts';
import { evidenceByCheck, newGate, type GateBook } from './gate-book.ts';

export function gateStateOf(
  gate: Gate,
  book: GateBook,
  seen: {
    upstream: GateState['upstream'];
    stable: Digest | undefined;
    stableIsAttempt?: boolean;
    holdOnEverything: Hold | undefined;
    freeze: PersonFreeze | undefined;
    earlier?: Earlier[] | undefined;
  },
): GateState {
  const row = book.gate?.value ?? newGate;
  const hold = seen.holdOnEverything ? { ...seen.holdOnEverything, everything: true as const } : row.hold;
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
    ...(row.recalled ? { recalled: row.recalled } : {}),
    ...(seen.earlier ? { earlier: seen.earlier } : {}),
    ...(seen.freeze ? { freeze: seen.freeze } : {}),
    failures: row.failures,
    open: [...book.open.values()].map((candidate) => {
      const { sightedAt: _, settled: __, platforms: ___, ...row } = candidate.row.value;
      const { subject: ____, images: _____, unusable: ______, ...open } = row;
      return { ...open, ...foundFor(gate, candidate.row.value), evidence: evidenceByCheck(candidate) };
    }),
  };
}
