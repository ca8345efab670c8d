/** Verifies that the unique tag names exactly the candidate, with everything it needs, and reads its layers: they prove later what stands on it. */
import { childrenOf, configurationOf, layersOf } from '../../../shared/domain/manifest.ts';
import { formatReference } from '../../../shared/domain/reference.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type PromotionRequest } from './promotion-under-way.ts';

export type ReadBack = { kind: 'done'; layers: string[] } | { kind: 'lost' };

export const readBackUnique =
  (world: Surroundings): Activity<PromotionRequest, ReadBack> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const { unique, subject } = underWay;
    const { registries } = world;

    const there = await registries.digestOf(unique);
    if (there !== subject.digest) {
      throw new Error(
        `${formatReference(unique)} names ${there ?? 'nothing'} after the import, not ${subject.digest}; the stable tag was not moved`,
      );
    }
    const manifest = await registries.manifest(subject);
    if (!manifest)
      throw new Error(`${formatReference(subject)} is not there after the import; the stable tag was not moved`);
    for (const child of childrenOf(manifest.bytes)) {
      if (!(await registries.manifest({ ...subject, digest: child }))) {
        throw new Error(
          `${formatReference({ ...subject, digest: child })}, a part of ${subject.digest}, is not there after the import`,
        );
      }
    }
    const configuration = configurationOf(manifest.bytes);
    return {
      kind: 'done',
      layers: configuration ? layersOf(await registries.json({ ...subject, digest: configuration })) : [],
    };
  };
