/** Verifies that the unique tag names exactly the candidate, with everything it needs, and reads the layers of its images: they prove later what stands on it. */
import { childrenOf, configurationOf, layersOf } from '../../../shared/domain/manifest.ts';
import { formatReference } from '../../../shared/domain/reference.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type PromotionRequest } from './promotion-under-way.ts';

export type ReadBack = { kind: 'done'; layers: string[][] } | { kind: 'lost' };

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
    const children = childrenOf(manifest.bytes);
    const layers: string[][] = [];
    for (const digest of children.length > 0 ? children : [subject.digest]) {
      const image = await registries.manifest({ ...subject, digest });
      if (!image)
        throw new Error(
          `${formatReference({ ...subject, digest })}, a part of ${subject.digest}, is not there after the import`,
        );
      const configuration = configurationOf(image.bytes);
      if (configuration) layers.push(layersOf(await registries.json({ ...subject, digest: configuration })));
    }
    // Attestations of an index have no layers that anything could stand on.
    return { kind: 'done', layers: layers.filter((ofImage) => ofImage.length > 0) };
  };
