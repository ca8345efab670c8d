/** Reads the promotion that a promoting activity works for: late activities of a lost instance find that it is not theirs. */
import type { Intention } from '../../../shared/domain/gate-state.ts';
import type { Gate } from '../../../shared/domain/policy.ts';
import type { DigestReference, TagReference } from '../../../shared/domain/reference.ts';
import { readCandidateRow, readGateRow } from '../../../shared/ledger/gate-book.ts';
import { originOfCandidate, type GateRow } from '../../../shared/ledger/gate-rows.ts';
import type { Kept } from '../../../shared/ledger/rows.ts';
import type { Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { quarantineOf } from './intake-candidate.ts';

/** Names one promotion, in every request of its steps. */
export interface PromotionRequest {
  gate: string;
  attempt: number;
}

/** What every step of a promotion answers: it was done, or the promotion is not this story's any more. */
export type Promoting = { kind: 'done' } | { kind: 'lost' };

export interface UnderWay {
  gate: Gate;
  row: Kept<GateRow>;
  intention: Intention;
  candidate: DigestReference;
  subject: DigestReference;
  unique: TagReference;
}

export async function promotionUnderWay(
  world: Surroundings,
  { gate: name, attempt }: PromotionRequest,
): Promise<UnderWay | undefined> {
  const gate = await existingGate(world.policies, name);
  const row = await readGateRow(world.ledger, name);
  const intention = row?.value.intention;
  if (!row || !intention || intention.attempt !== attempt) return undefined;
  const candidate = (await readCandidateRow(world.ledger, name, intention.digest))?.value;
  if (candidate) world.telemetry.about(originOfCandidate(name, candidate));
  const { host, repository } = gate.to;
  return {
    gate,
    row,
    intention,
    candidate: { ...quarantineOf(world, gate), digest: intention.subject },
    subject: { host, repository, digest: intention.subject },
    unique: { host, repository, tag: intention.unique },
  };
}
