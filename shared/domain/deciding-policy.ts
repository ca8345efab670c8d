/** What of a gate's policy decides, and what of a candidate was found under it: the part of the state that the policy brings. */
import { TRAITS } from './checks/traits.ts';
import type { GatePolicy } from './gate-policy.ts';
import type { Candidate } from './gate-state.ts';
import type { Gate } from './policy.ts';

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

/** What a gate takes of an index, as one text to compare. */
export const wantedPlatforms = ({ platforms, unchecked }: Pick<Gate, 'platforms' | 'unchecked'>): string =>
  [platforms.join(', '), ...(unchecked.length > 0 ? [unchecked.join(', ')] : [])].join('; unchecked ');

type Found = Pick<Candidate, 'subject' | 'images' | 'unusable'>;

/** What the intake found of a candidate, if it was for the platforms that the gate wants today. */
export const foundFor = (
  gate: Pick<Gate, 'platforms' | 'unchecked'>,
  { platforms, subject, images, unusable }: Found & { platforms?: string | undefined },
): Found =>
  platforms === wantedPlatforms(gate)
    ? { ...(subject ? { subject } : {}), ...(images ? { images } : {}), ...(unusable ? { unusable } : {}) }
    : {};
