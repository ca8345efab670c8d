/** Puts the state that a decision sees together: from the ledger, and from what the upstream and the stable tag say (or are taken to say). */
import { TRAITS } from '../domain/checks/traits.ts';
import type { PersonFreeze } from '../domain/freeze.ts';
import type { GatePolicy, GateState, Hold } from '../domain/gate-state.ts';
import type { Gate } from '../domain/policy.ts';
import type { Earlier } from '../domain/recall.ts';
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

/** What the intake found of a candidate, if it was for the platforms that the gate wants today. */
export const foundFor = (
  gate: Pick<Gate, 'platforms' | 'unchecked'>,
  { platforms, subject, images, unusable }: CandidateRow,
): Pick<CandidateRow, 'subject' | 'images' | 'unusable'> =>
  platforms === wantedPlatforms(gate)
    ? { ...(subject ? { subject } : {}), ...(images ? { images } : {}), ...(unusable ? { unusable } : {}) }
    : {};

/** What a gate takes of an index, as one text to compare. */
export const wantedPlatforms = ({ platforms, unchecked }: Pick<Gate, 'platforms' | 'unchecked'>): string =>
  [platforms.join(', '), ...(unchecked.length > 0 ? [unchecked.join(', ')] : [])].join('; unchecked ');

export const decidingPolicy = ({
  checks,
  soakMs,
  platforms,
  unchecked,
  mode,
  whenReplaced,
  approval,
  freeze,
  fastLane,
}: Gate): GatePolicy => ({
  checks: checks.map(({ name, hash, kind }) => ({ name, hash, ...TRAITS[kind] })),
  soakMs,
  platforms,
  ...(unchecked.length > 0 ? { unchecked } : {}),
  ...(mode === 'observe' ? { mode } : {}),
  ...(whenReplaced === 'keep' ? { whenReplaced } : {}),
  ...(approval ? { approval } : {}),
  ...(freeze.length > 0 ? { freeze } : {}),
  ...(fastLane ? { fastLane } : {}),
});
