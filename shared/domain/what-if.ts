/**
 * Which recorded decisions of a gate would be others under another policy. Pure: the rules that decided are asked again, about what was recorded.
 *
 * Each decision on its own, as of when it was made. Only the policy differs: holds and freezes of people and the trouble of services are left
 * out. What the rules would have to ask a check for cannot be known.
 */
import { foundFor } from './deciding-policy.ts';
import { forCandidate, type GateAction } from './gate-action.ts';
import type { Candidate, GatePolicy, GateState } from './gate-state.ts';
import { sayOutcome, type Outcome } from './outcome.ts';
import type { RecordedCandidate, RecordedGate } from './recorded.ts';
import type { Digest } from './reference.ts';
import { sayAction } from './say-action.ts';

export interface Flip {
  digest: Digest;
  sequence: number;
  /** `unknown`: a check has to be asked first. */
  kind: 'flips' | 'unknown';
  was: string;
  would: string;
}

/** Newest first. `now` in epoch milliseconds: when what is open is decided. */
export function whatIf(
  gate: RecordedGate,
  candidates: RecordedCandidate[],
  { policy, now }: { policy: GatePolicy; now: number },
): Flip[] {
  return candidates
    .toSorted((a, b) => b.sequence - a.sequence)
    .flatMap((candidate): Flip[] => {
      const under = (rules: GatePolicy) => decide(gate, candidates, { candidate, policy: rules, now });
      const today = under(gate.policy);
      const changed = under(policy);
      const was = candidate.settled ? ended(candidate.settled.outcome) : today;
      if (changed.key === today.key || changed.key === was.key) return [];
      const { digest, sequence } = candidate;
      return [{ digest, sequence, kind: changed.known ? 'flips' : 'unknown', was: was.was, would: changed.would }];
    });
}

interface Decision {
  /** The same for the same decision. */
  key: string;
  known: boolean;
  was: string;
  would: string;
}

function decide(
  gate: RecordedGate,
  candidates: RecordedCandidate[],
  { candidate, policy, now }: { candidate: RecordedCandidate; policy: GatePolicy; now: number },
): Decision {
  const { trouble: _, subject: __, images: ___, unusable: ____, settled, platforms: found, ...row } = candidate;
  const wanted = { platforms: policy.platforms ?? [], unchecked: policy.unchecked ?? [] };
  const open: Candidate = { ...row, ...foundFor(wanted, { ...candidate, platforms: found }) };
  const then = settled ? whenSettled(gate, candidates, { ...candidate, settled }) : whenOpen(gate, candidate);
  const state: GateState = { requested: 0, followersDue: false, failures: 0, open: [open], policy, ...then };
  return decisionOf(forCandidate(state, open, settled?.at ?? now));
}

type Then = Pick<GateState, 'upstream' | 'latestSighting' | 'current' | 'recalled'>;

const whenOpen = ({ latestSighting, current, recalled }: RecordedGate, { digest }: RecordedCandidate): Then => ({
  upstream: { kind: 'at', digest },
  latestSighting,
  ...(current ? { current } : {}),
  ...(recalled ? { recalled } : {}),
});

/** As its outcome says that things were: what it was overtaken by, whether upstream had withdrawn it, what it was put back over. */
function whenSettled(
  { recalled = [] }: RecordedGate,
  candidates: RecordedCandidate[],
  { digest, sequence, restores, settled }: RecordedCandidate & { settled: { outcome: Outcome; at: number } },
): Then {
  const { outcome, at } = settled;
  const withdrawn = outcome.kind === 'rejected' && outcome.reason.kind === 'withdrawn';
  const over = outcome.kind === 'superseded' ? outcome.by : undefined;
  const promoted = candidates.find((one) => one.sequence === over && one.settled?.outcome.kind === 'promoted');
  const current = restores
    ? promotionAt(restores.over, { sequence, unique: restores.unique, at })
    : promoted?.settled?.outcome.kind === 'promoted' && promoted.settled.outcome.unique
      ? promotionAt(promoted.digest, { sequence: promoted.sequence, unique: promoted.settled.outcome.unique, at })
      : undefined;
  return {
    upstream: withdrawn ? { kind: 'gone' } : { kind: 'at', digest },
    latestSighting: promoted ? sequence : (over ?? sequence),
    ...(current ? { current } : {}),
    recalled: recalled.filter((one) => one.at <= at),
  };
}

type Promotion = NonNullable<GateState['current']>;
const promotionAt = (digest: Digest, rest: Pick<Promotion, 'sequence' | 'unique' | 'at'>): Promotion => ({
  digest,
  subject: digest,
  ...rest,
});

function decisionOf(action: GateAction): Decision {
  const { why, dueAt } = sayAction(action);
  switch (action.kind) {
    case 'settle':
      return ended(action.outcome);
    case 'promote':
      return { ...ended({ kind: 'promoted' }), was: 'it is to be promoted' };
    case 'rest':
      return waits(action.reason.kind, why, dueAt);
    case 'record-approvals':
      return waits('approval-wanted', why, undefined);
    case 'check':
    case 'watch':
    case 'intake':
      return { key: 'unknown', known: false, was: why, would: why };
    case 'follow':
    case 'put-back':
    case 'restore':
    case 'ask-again':
    case 'conclude':
    case 'announce-drift':
    case 'drop':
      throw new Error(`the rules of one candidate answered "${action.kind}", which is of a whole gate`);
  }
}

function ended(outcome: Outcome): Decision {
  const reason = 'reason' in outcome ? outcome.reason.kind : '';
  const how = 'reason' in outcome ? `${outcome.kind}: ${sayOutcome(outcome)}` : sayOutcome(outcome);
  const would = outcome.kind === 'observed' ? 'would only be observed' : `would be ${how}`;
  return { key: `${outcome.kind} ${reason}`, known: true, was: wasOf(outcome, how), would };
}

const wasOf = ({ kind }: Outcome, how: string): string => (kind === 'observed' ? 'was only observed' : `was ${how}`);

function waits(kind: string, why: string, dueAt: number | undefined): Decision {
  const until = dueAt === undefined ? '' : `, until ${new Date(dueAt).toISOString()}`;
  return {
    key: `waits ${kind} ${dueAt ?? ''}`,
    known: true,
    was: `waits: ${why}${until}`,
    would: `would wait: ${why}${until}`,
  };
}
