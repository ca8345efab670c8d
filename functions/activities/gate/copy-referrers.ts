/**
 * Copies what is attached to the candidate on to the target registry: from quarantine, after a last look at the upstream, since images are
 * often signed after they were pushed.
 *
 * An upstream that does not answer now stops no promotion: what was taken in with the candidate is there. Key: the digest.
 */
import { childrenOf } from '../../../shared/domain/manifest.ts';
import { formatReference } from '../../../shared/domain/reference.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { attachedAt, copyAttached } from './copy-attached.ts';
import { findAttached } from './find-attached.ts';
import { takeIn } from './intake-referrers.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest, type UnderWay } from './promotion-under-way.ts';

export const copyReferrers =
  (world: Surroundings): Activity<PromotionRequest, Promoting> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const { candidate, subject } = underWay;
    const { registries } = world;
    await lookOnceMore(world, underWay);

    const { host, repository } = candidate;
    const from = { host, repository };
    const manifest = await registries.manifest(candidate);
    const parts = manifest ? childrenOf(manifest.bytes) : [];
    const { attached } = await findAttached(attachedAt(registries, from), [candidate.digest, ...parts]);
    const to = { host: subject.host, repository: subject.repository };
    await copyAttached(world, attached, { from: { ...from, ours: true }, to });
    return { kind: 'done' };
  };

async function lookOnceMore(world: Surroundings, { gate, intention }: UnderWay): Promise<void> {
  try {
    await takeIn(world, gate, intention.digest);
  } catch (error) {
    const upstream = formatReference({ ...gate.from, digest: intention.digest });
    const problem = error instanceof Error ? error.message : String(error);
    world.log.warn(
      `gate "${gate.name}": what was attached to ${upstream} since it was taken in may be missing at the target: ${problem}`,
    );
  }
}
