/**
 * Which recorded decisions of a gate would be others under another policy. Pure: the rules that decided are asked again, about what was recorded.
 *
 * Each decision as of when it was made, in the order in which they were made: a promotion that turns over bears on those after it
 * (`knock-on.ts`). Only the policy differs: holds and freezes of people and the trouble of services are left out. What the rules would have to
 * ask a check for cannot be known.
 */
import { foundFor } from './deciding-policy.ts';
import type { GateAction } from './gate-action-kinds.ts';
import { forCandidate } from './gate-action.ts';
import type { GatePolicy } from './gate-policy.ts';
import type { Candidate, GateState } from './gate-state.ts';
import { sayOutcome, type Outcome } from './outcome.ts';
import { knockOn, sayTurned, type Turned } from './knock-on.ts';
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
  const turned: Turned[] = [];
  const decidedAt = ({ settled }: RecordedCandidate) => settled?.at ?? now;
  return candidates
    .toSorted((a, b) => decidedAt(a) - decidedAt(b) || b.sequence - a.sequence)
    .flatMap((candidate): Flip[] => {
      const then = thenOf(gate, candidates, candidate);
      const under = (rules: GatePolicy, as: Then) => decide(as, { candidate, policy: rules, at: decidedAt(candidate) });
      const knockedOn = knockOn(then, candidate, turned);
      const today = under(gate.policy, then);
      const alone = under(policy, then);
      const changed = under(policy, knockedOn.situation);
      const was = candidate.settled ? ended(candidate.settled.outcome) : today;
      if (changed.key === today.key || changed.key === was.key) return [];
      const how = turns(was, changed);
      if (how) turned.push({ candidate, how });
      const because = changed.key === alone.key ? '' : `, since ${knockedOn.by.map(sayTurned).join(' and ')}`;
      const { digest, sequence } = candidate;
      const kind = changed.known ? 'flips' : 'unknown';
      return [{ digest, sequence, kind, was: was.was, would: `${changed.would}${because}` }];
    })
    .toSorted((a, b) => b.sequence - a.sequence);
}

/** Only what ends bears on others: what waits may still be promoted. */
function turns(was: Decision, would: Decision): Turned['how'] | undefined {
  if (was.ends === 'promoted' && would.ends !== undefined && would.ends !== 'observed') return 'lost';
  return was.ends !== 'promoted' && would.ends === 'promoted' ? 'gained' : undefined;
}

interface Decision {
  /** The same for the same decision. */
  key: string;
  known: boolean;
  ends?: Outcome['kind'];
  was: string;
  would: string;
}

function decide(
  then: Then,
  { candidate, policy, at }: { candidate: RecordedCandidate; policy: GatePolicy; at: number },
): Decision {
  const { trouble: _, subject: __, images: ___, unusable: ____, settled: _____, platforms: found, ...row } = candidate;
  const wanted = { platforms: policy.platforms ?? [], unchecked: policy.unchecked ?? [] };
  const open: Candidate = { ...row, ...foundFor(wanted, { ...candidate, platforms: found }) };
  const state: GateState = { requested: 0, followersDue: false, failures: 0, open: [open], policy, ...then };
  return decisionOf(forCandidate(state, open, at));
}

type Then = Pick<GateState, 'upstream' | 'latestSighting' | 'current' | 'recalled'>;

function thenOf(gate: RecordedGate, candidates: RecordedCandidate[], candidate: RecordedCandidate): Then {
  const { settled } = candidate;
  return settled ? whenSettled(gate, candidates, { ...candidate, settled }) : whenOpen(gate, candidate);
}

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
    recalled: recalled.flatMap(({ lifted, ...one }) => (one.at <= at && !(lifted && lifted.at <= at) ? [one] : [])),
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
  return { key: `${outcome.kind} ${reason}`, known: true, ends: outcome.kind, was: wasOf(outcome, how), would };
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
