/**
 * What is asked of a candidate: each check of its gate, about each platform that is promoted, or once about the whole.
 *
 * A question's id names its evidence: the check's name, and with several platforms `<check>:<platform>`.
 */
import type { GatePolicy } from './gate-policy.ts';
import type { Candidate } from './gate-state.ts';
import { ALL_PLATFORMS } from './manifest.ts';
import type { Digest } from './reference.ts';

export interface Question {
  id: string;
  /** The check's name. */
  check: string;
  hash: string;
  /** Only one such question of a gate is asked at a time. */
  alone: boolean;
  platform: string;
  /** What it is about. */
  digest: Digest;
}

/** None while the candidate is not in quarantine. */
export function questionsOf(
  { checks }: Pick<GatePolicy, 'checks'>,
  { subject, images = [] }: Pick<Candidate, 'subject' | 'images'>,
): Question[] {
  if (!subject) return [];
  return checks.flatMap(({ name: check, hash, alone = false, whole }) => {
    const asked = { check, hash, alone };
    if (whole) return [{ ...asked, id: check, platform: ALL_PLATFORMS, digest: subject }];
    return images.map(({ platform, digest }) => ({
      ...asked,
      id: images.length === 1 ? check : `${check}:${platform}`,
      platform,
      digest,
    }));
  });
}

/** The check that a question is of. Names of checks have no colon. */
export const checkOf = (id: string): string => id.split(':')[0] ?? id;
