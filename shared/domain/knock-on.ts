/**
 * What a promotion that turns over does to the candidates that were decided after it: what it had overtaken is overtaken no more, and what it
 * would overtake is.
 *
 * Only promotions that surely turn over count. One that would wait, or whose checks would have to be asked, may have come all the same.
 */
import type { GateState } from './gate-state.ts';
import type { RecordedCandidate } from './recorded.ts';
import { tag } from './reference.ts';

export interface Turned {
  candidate: RecordedCandidate;
  /** `lost`: it was promoted, and would not have been. `gained`: the other way round. */
  how: 'lost' | 'gained';
}

type Then = Pick<GateState, 'upstream' | 'latestSighting' | 'current' | 'recalled'>;

export interface KnockedOn {
  situation: Then;
  /** Whose doing it is. */
  by: Turned[];
}

/** How things were for this candidate, had the promotions before it turned over. What was put back over a recall is left as it was. */
export function knockOn(then: Then, candidate: RecordedCandidate, turned: Turned[]): KnockedOn {
  if (candidate.restores) return { situation: then, by: [] };
  const { current, ...rest } = then;
  const lost = turned.find((one) => one.how === 'lost' && one.candidate.sequence === current?.sequence);
  const stays = lost ? undefined : current;
  const gained = newest(turned.filter(({ how }) => how === 'gained'));
  const passes = gained !== undefined && gained.candidate.sequence > (stays?.sequence ?? 0) ? gained : undefined;
  return {
    situation: {
      ...rest,
      // What was not promoted was sighted all the same, unless a person had asked for it.
      ...(lost && !lost.candidate.manual
        ? { latestSighting: Math.max(rest.latestSighting, lost.candidate.sequence) }
        : {}),
      ...(passes ? { current: asCurrent(passes.candidate) } : stays ? { current: stays } : {}),
    },
    by: [lost, passes].filter((one) => one !== undefined),
  };
}

export const sayTurned = ({ candidate, how }: Turned): string =>
  `number ${candidate.sequence} would ${how === 'lost' ? 'not have been promoted' : 'have been promoted'}`;

const newest = (turned: Turned[]): Turned | undefined =>
  turned.toSorted((a, b) => b.candidate.sequence - a.candidate.sequence)[0];

/** The rules ask for no more of it than its number and what it is. */
function asCurrent({ digest, subject = digest, sequence, settled }: RecordedCandidate): NonNullable<Then['current']> {
  return { digest, subject, sequence, unique: NEVER_GIVEN, at: settled?.at ?? 0 };
}

const NEVER_GIVEN = tag.parse('never-given');
