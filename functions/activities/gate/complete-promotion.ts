/**
 * Makes the promotion the current one, in one transaction: current and previous, the candidate settled, the intention cleared, followers
 * pending, and what is to be told.
 *
 * Key: the attempt. Once completed, the intention is gone and a second run is `lost`.
 */
import { skips } from '../../../shared/domain/gate-waits.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { formatReference, type Digest } from '../../../shared/domain/reference.ts';
import { readCandidate, type CandidateBook } from '../../../shared/ledger/gate-book.ts';
import {
  evidenceKey,
  GATE,
  originOfCandidate,
  promotionKey,
  type GateRow,
  type PromotionRow,
} from '../../../shared/ledger/gate-rows.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put, SCHEMA } from '../../../shared/ledger/rows.ts';
import type { Change } from '../../../shared/ports/ledger.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest, type UnderWay } from './promotion-under-way.ts';

export interface CompletePromotion extends PromotionRequest {
  layers: string[][];
  /** The manifest of its signed record. */
  record: Digest;
  /** Epoch milliseconds. */
  at: number;
}

export const completePromotion =
  (world: Surroundings): Activity<CompletePromotion, Promoting> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const { gate, row, intention } = underWay;
    const { at } = request;
    const candidate = await readCandidate(world.ledger, gate.name, intention.digest);
    const promotion = promotionOf(underWay, request, candidate);
    const written = await world.ledger.write('gates', gate.name, [
      put(GATE, row, promoted(underWay, promotion)),
      {
        kind: 'put',
        key: promotionKey(promotion.sequence),
        ifMatch: 'any',
        open: false,
        schema: SCHEMA,
        data: promotion,
      },
      toldOf(underWay, promotion),
      ...(candidate ? settle(underWay, candidate, at) : []),
    ]);
    if (written === 'conflict') throw new LedgerConflict(`gate "${gate.name}"`);
    if (candidate) {
      const origin = originOfCandidate(gate.name, candidate.row.value);
      world.telemetry.settled(origin, { outcome: 'promoted', at });
      world.telemetry.measure('promotion.duration', (at - origin.sightedAt) / 1000, { gate: gate.name });
    }
    return { kind: 'done' };
  };

function promotionOf(
  { intention: { digest, sequence }, subject, unique }: UnderWay,
  { layers, record, at }: CompletePromotion,
  candidate: CandidateBook | undefined,
): PromotionRow {
  const { opening, sightedAt, overrides } = candidate?.row.value ?? {};
  return {
    digest,
    subject: subject.digest,
    sequence,
    unique: unique.tag,
    at,
    layers,
    record,
    ...(skips({ overrides }, 'freeze') ? { skipsFreeze: true as const } : {}),
    ...(opening === undefined || sightedAt === undefined ? {} : { opening, sightedAt }),
  };
}

/** The gate once the promotion is the current one: what was intended is done, and the stable tag names what it should. */
function promoted({ gate, row }: UnderWay, { layers: _, ...current }: PromotionRow): GateRow {
  const { intention: __, ...before } = row.value;
  const { [gate.to.tag]: ___, ...drift } = before.drift ?? {};
  return {
    ...before,
    drift,
    current,
    ...(before.current ? { previous: before.current } : {}),
    followersDue: true,
  };
}

const toldOf = ({ gate, unique }: UnderWay, { digest, subject, sequence, record, at }: PromotionRow): Change =>
  tell(`promoted-${sequence}`, {
    at,
    by: 'runGate',
    subject: gate.name,
    what: 'promoted',
    why: 'every check passed and nothing held it',
    announce: 'promoted',
    data: { digest, subject, sequence, stable: formatReference(gate.to), unique: formatReference(unique), record },
  });

/** The candidate and its evidence, which no look reads any more. */
function settle({ gate, unique }: UnderWay, { row, evidence }: CandidateBook, at: number): Change[] {
  const settled = {
    outcome: { kind: 'promoted', unique: unique.tag },
    at,
    checkHashes: gate.checks.map(({ hash }) => hash),
  };
  return [
    put(candidateKey(row.value.digest), row, { ...row.value, settled }, { open: false }),
    ...[...evidence.values()].map((kept) =>
      put(evidenceKey(row.value.digest, kept.value.check), kept, kept.value, { open: false }),
    ),
  ];
}
