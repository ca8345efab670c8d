/** What a decision has to know of each kind of check. */
import type { Check } from '../policy.ts';

interface Traits {
  /** It needs something of which a gate has one, so only one such question of a gate is asked at a time. */
  alone?: true;
  /** It is asked once about the whole subject, and not for each platform. */
  whole?: true;
}

export const TRAITS: Record<Check['kind'], Traits> = {
  script: {},
  // The upstream's tag in the candidate's repository.
  task: { alone: true },
};
