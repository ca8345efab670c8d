/**
 * Moves the stable tag of a gate to the promoted digest.
 *
 * The manifest is read and put under the tag, which is synchronous and respects locks; an import does neither. Safe to run twice: a tag that
 * already names the digest is left as it is.
 */
import { formatReference } from '../../../shared/domain/reference.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest } from './promotion-under-way.ts';

export const moveStable =
  (world: Surroundings): Activity<PromotionRequest, Promoting> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const { gate, subject } = underWay;

    if ((await world.registries.digestOf(gate.to)) === subject.digest) return { kind: 'done' };
    const manifest = await world.registries.manifest(subject);
    if (!manifest) throw new Error(`${formatReference(subject)} is not there any more; the stable tag was not moved`);
    if ((await world.registries.putManifest(gate.to, manifest)) === 'locked') {
      throw new Error(
        `${formatReference(gate.to)} is locked in the registry, so it cannot be moved; unlock the tag, or hold the gate`,
      );
    }
    return { kind: 'done' };
  };
