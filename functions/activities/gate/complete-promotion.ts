/**
 * Makes the promotion the current one, in one transaction: current and previous, the candidate settled, the intention cleared, followers
 * pending, and what is to be told.
 *
 * Key: the attempt. Once completed, the intention is gone and a second run is `lost`.
 */
import { skips } from '../../../shared/domain/gate-waits.ts';
import { candidateKey } from '../../../shared/domain/ids.ts';
import { formatReference, type Digest } from '../../../shared/domain/reference.ts';
import {
  evidenceKey,
  GATE,
  originOfCandidate,
  promotionKey,
  readCandidate,
  type PromotionRow,
} from '../../../shared/ledger/gate-book.ts';
import { tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Change } from '../../../shared/ports.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest } from './promotion-under-way.ts';

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
    const { gate, row, intention, unique, subject } = underWay;
    const { digest, sequence } = intention;
    const { layers, record, at } = request;

    const { intention: _, ...before } = row.value;
    const { [gate.to.tag]: __over, ...drift } = before.drift ?? {};
    const rest = { ...before, drift };
    const candidate = await readCandidate(world.ledger, gate.name, digest);
    const { opening, sightedAt, overrides } = candidate?.row.value ?? {};
    const promotion: PromotionRow = {
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
    const { layers: __, ...current } = promotion;
    const changes: Change[] = [
      put(GATE, row, { ...rest, current, ...(rest.current ? { previous: rest.current } : {}), followersDue: true }),
      { kind: 'put', key: promotionKey(sequence), ifMatch: 'any', open: false, schema: 1, data: promotion },
      tell(`promoted-${sequence}`, {
        at,
        by: 'runGate',
        subject: gate.name,
        what: 'promoted',
        why: 'every check passed and nothing held it',
        announce: 'promoted',
        data: {
          digest,
          subject: subject.digest,
          sequence,
          stable: formatReference(gate.to),
          unique: formatReference(unique),
          record,
        },
      }),
    ];
    if (candidate) {
      const settled = {
        outcome: { kind: 'promoted', unique: unique.tag },
        at,
        checkHashes: gate.checks.map(({ hash }) => hash),
      };
      changes.push(put(candidateKey(digest), candidate.row, { ...candidate.row.value, settled }, { open: false }));
      for (const kept of candidate.evidence.values()) {
        changes.push(put(evidenceKey(digest, kept.value.check), kept, kept.value, { open: false }));
      }
    }
    if ((await world.ledger.write('gates', gate.name, changes)) === 'conflict')
      throw new LedgerConflict(`gate "${gate.name}"`);
    if (candidate) {
      const origin = originOfCandidate(gate.name, candidate.row.value);
      world.telemetry.settled(origin, { outcome: 'promoted', at });
      world.telemetry.measure('promotion.duration', (at - origin.sightedAt) / 1000, { gate: gate.name });
    }
    return { kind: 'done' };
  };
