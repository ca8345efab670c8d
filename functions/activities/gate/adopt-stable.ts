/**
 * Before a gate's first promotion: what its stable tag points at gets a unique tag and a lock of its own, so that there is a way back.
 *
 * Key: the gate. What was found is written down first and never taken again, because after the move the stable tag says something else.
 */
import { childrenOf } from '../../../shared/domain/manifest.ts';
import { shortDigest, tag } from '../../../shared/domain/reference.ts';
import { GATE } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest } from './promotion-under-way.ts';

export const adoptStable =
  (world: Surroundings): Activity<PromotionRequest, Promoting> =>
  async (request) => {
    const underWay = await promotionUnderWay(world, request);
    if (!underWay) return { kind: 'lost' };
    const { gate, row } = underWay;
    if (row.value.current) return { kind: 'done' };

    const adopted = row.value.adopted ?? (await world.registries.digestOf(gate.to)) ?? 'none';
    if (row.value.adopted === undefined) {
      const written = await world.ledger.write('gates', gate.name, [put(GATE, row, { ...row.value, adopted })]);
      if (written === 'conflict') throw new LedgerConflict(`gate "${gate.name}"`);
    }
    if (adopted === 'none') return { kind: 'done' };

    const { host, repository } = gate.to;
    const manifest = await world.registries.manifest({ host, repository, digest: adopted });
    if (!manifest)
      throw new Error(
        `the stable tag of gate "${gate.name}" pointed at ${adopted}, which is not in ${repository} any more`,
      );
    const unique = { host, repository, tag: tag.parse(`${gate.to.tag}-${shortDigest(adopted)}`) };
    if ((await world.registries.digestOf(unique)) !== adopted) await world.registries.putManifest(unique, manifest);
    await world.registries.lockTag(unique);
    for (const digest of [adopted, ...childrenOf(manifest.bytes)]) {
      await world.registries.protectManifest({ host, repository, digest });
    }
    return { kind: 'done' };
  };
