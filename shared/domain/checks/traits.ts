/** What a decision has to know of each kind of check. */
import type { Check } from '../check.ts';

interface Traits {
  /** It needs something of which a gate has one, so only one such question of a gate is asked at a time. */
  alone?: true;
  /** It is asked once about the whole subject, and not for each platform. */
  whole?: true;
}

export const TRAITS: Record<Check['kind'], Traits> = {
  script: {},
  probe: {},
  // The upstream's tag in the candidate's repository.
  task: { alone: true },
  vulnerabilities: {},
  config: {},
  signature: { whole: true },
};

/** Which kinds start the candidate, or have it pulled as an image, so that they cannot be asked of what is none. */
export const STARTS_IT: Record<Check['kind'], boolean> = {
  script: true,
  probe: true,
  task: false,
  config: false,
  signature: false,
  vulnerabilities: true,
};

/** Which kinds may look at what is attached to the candidate, and are to find what was attached a moment ago. */
export const READS_ATTACHED: Record<Check['kind'], boolean> = {
  script: false,
  probe: false,
  // Its steps have the login of the registry.
  task: true,
  config: false,
  signature: true,
  vulnerabilities: false,
};

/** Why these checks cannot be asked of what is no image. */
export function noContainer(checks: Check[]): string {
  const names = checks.map(({ name, kind }) => `"${name}" (${kind})`).join(', ');
  return `it is no image, and ${names} would start it; ask what is no image by "config", "signature" and "task" checks`;
}
