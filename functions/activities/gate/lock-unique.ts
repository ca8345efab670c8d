/** Locks the unique tag against moving, and the manifest with its children against deletion: the way back must stay. */
import { childrenOf } from '../../../shared/domain/manifest.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest } from './promotion-under-way.ts';

export const lockUnique =
  (world: Surroundings): Activity<PromotionRequest, Promoting> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const { unique, subject } = underWay;
    const { registries } = world;

    await registries.lockTag(unique);
    const manifest = await registries.manifest(subject);
    for (const digest of [subject.digest, ...childrenOf(manifest?.bytes ?? new Uint8Array())]) {
      await registries.protectManifest({ ...subject, digest });
    }
    return { kind: 'done' };
  };
