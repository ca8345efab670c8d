/** Puts the state that a decision sees together: from the ledger, and from what the upstream and the stable tag say (or are taken to say). */
import { decidingPolicy, foundFor, wantedPlatforms } from '../domain/deciding-policy.ts';
import type { PersonFreeze } from '../domain/freeze.ts';
import type { Candidate, Evidence, GateState, Hold } from '../domain/gate-state.ts';
import type { Gate } from '../domain/policy.ts';
import type { Earlier } from '../domain/recall.ts';
import type { Digest } from '../domain/reference.ts';
import { evidenceByCheck, type CandidateBook, type GateBook } from './gate-book.ts';
import { newGate } from './gate-rows.ts';

export function gateStateOf(
  gate: Gate,
  book: GateBook,
  seen: {
    /** The request counter; where nothing is decided by it, it may be missing. */
    requested?: number;
    upstream: GateState['upstream'];
    stable: Digest | undefined;
    stableIsAttempt?: boolean;
    holdOnEverything: Hold | undefined;
    freeze: PersonFreeze | undefined;
    earlier?: Earlier[] | undefined;
    /** The current one as a candidate, where it is settled. */
    standing?: CandidateBook | undefined;
  },
): GateState {
  const row = book.gate?.value ?? newGate;
  const hold = seen.holdOnEverything ? { ...seen.holdOnEverything, everything: true as const } : row.hold;
  return {
    requested: seen.requested ?? 0,
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
    open: [...book.open.values()].map((candidate) => candidateOf(gate, candidate)),
    ...standingOf(gate, book, seen.standing),
  };
}

function candidateOf(gate: Gate, book: CandidateBook): Candidate {
  const { sightedAt: _, settled: __, platforms: ___, ...row } = book.row.value;
  const { subject: ____, images: _____, unusable: ______, ...open } = row;
  return { ...open, ...foundFor(gate, book.row.value), evidence: evidenceByCheck(book) };
}

/** For other platforms than it was promoted for, nothing is asked of it. */
function standingOf(
  gate: Gate,
  { gate: kept, again }: GateBook,
  book: CandidateBook | undefined,
): Pick<GateState, 'standing' | 'overtaken'> {
  const current = kept?.value.current;
  const samePlatforms = book?.row.value.platforms === wantedPlatforms(gate);
  const standing = book && samePlatforms && current?.digest === book.row.value.digest ? book : undefined;
  const overtaken = [...again.keys()].find((digest) => digest !== standing?.row.value.digest);
  if (overtaken) return { overtaken };
  if (!standing || !current) return {};
  const candidate = candidateOf(gate, standing);
  const evidence = Object.fromEntries(Object.entries(candidate.evidence).map(([id, one]) => [id, briefly(one)]));
  // What is not asked yet need not be in quarantine: what there is to ask about it is known all the same.
  const { images } = standing.row.value;
  const known = candidate.again ? {} : { subject: current.subject, ...(images ? { images } : {}) };
  return { standing: { ...candidate, ...known, evidence } };
}

/** A look answers what decides: the words of what passed do not. */
const briefly = (one: Evidence): Evidence =>
  one.state === 'done' && one.verdict === 'pass' ? { ...one, reasons: [] } : one;
