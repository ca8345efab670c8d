/** Verifies that the stable tag names the promoted digest, before anything is built on it. */
import { formatReference } from '../../../shared/domain/reference.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest } from './promotion-under-way.ts';

export const readBackStable =
  (world: Surroundings): Activity<PromotionRequest, Promoting> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const there = await world.registries.digestOf(underWay.gate.to);
    if (there === underWay.subject.digest) return { kind: 'done' };
    throw new Error(
      `${formatReference(underWay.gate.to)} names ${there ?? 'nothing'} right after it was moved to ${underWay.subject.digest}; see who else writes it`,
    );
  };
