/** Puts a question together, as the gate asks it today. */
import type { Check } from '../../../../shared/domain/check.ts';
import type { Gate } from '../../../../shared/domain/policy.ts';
import { questionsOf, type Question } from '../../../../shared/domain/questions.ts';
import type { Digest } from '../../../../shared/domain/reference.ts';
import type { CandidateRow } from '../../../../shared/ledger/gate-rows.ts';
import { decidingPolicy, foundFor } from '../../../../shared/domain/deciding-policy.ts';
import type { Surroundings } from '../../activity.ts';
import { quarantineOf } from '../intake-candidate.ts';
import type { Asked } from './kind.ts';

/** `undefined`: the gate does not ask that (any more), or the candidate is not in quarantine for the platforms of today. */
export function questionOf(
  gate: Gate,
  candidate: CandidateRow,
  id: string,
): { question: Question; check: Check; subject: Digest } | undefined {
  const found = foundFor(gate, candidate);
  const question = questionsOf(decidingPolicy(gate), found).find((one) => one.id === id);
  const check = question && gate.checks.find(({ name }) => name === question.check);
  return found.subject && question && check ? { question, check, subject: found.subject } : undefined;
}

export function askedOf(
  world: Surroundings,
  {
    candidate,
    id,
    ...asking
  }: Pick<Asked, 'gate' | 'nonce' | 'at' | 'tries'> & { candidate: CandidateRow; id: string },
): Asked | undefined {
  const { gate } = asking;
  const found = questionOf(gate, candidate, id);
  if (!found) return undefined;
  const { question, check, subject } = found;
  const image = { ...quarantineOf(world, gate), digest: question.digest };
  const { digest, referrers: attached } = candidate;
  return {
    ...{ ...asking, check, digest, subject, image, platform: question.platform },
    ...(attached ? { attached } : {}),
  };
}
