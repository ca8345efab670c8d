/**
 * Copies the candidate from quarantine to the target registry, under its unique tag.
 *
 * Key: digest and unique tag. A tag that is there with this digest is ours from before; one with another digest is somebody else's, and
 * another name is written down before it is tried.
 */
import type { Tag } from '../../../shared/domain/reference.ts';
import { nextUniqueTag } from '../../../shared/domain/unique-tag.ts';
import { GATE } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { promotionUnderWay, type Promoting, type PromotionRequest, type UnderWay } from './promotion-under-way.ts';

const DEADLINE_SECONDS = 300;
const MOST_NAMES = 20;

export const importUnique =
  (world: Surroundings): Activity<PromotionRequest, Promoting> =>
  async (request) => {
    for (let names = 0; names < MOST_NAMES; names++) {
      const underWay = await promotionUnderWay(world, request);
      if (!underWay) return { kind: 'lost' };
      const { unique, candidate, intention } = underWay;

      if (intention.restored && (await isThereFromBefore(world, underWay))) return { kind: 'done' };
      const imported = await world.registries.import({
        from: { ...candidate, ours: true },
        to: unique,
        deadlineSeconds: DEADLINE_SECONDS,
      });
      if (imported.kind === 'imported') return { kind: 'done' };
      const there = await world.registries.digestOf(unique);
      if (there === intention.subject) return { kind: 'done' };
      if (there) await rename(world, underWay, nextUniqueTag(unique.tag));
    }
    throw new Error(
      `${MOST_NAMES} unique tags in a row are taken by other digests; see who writes to the target repository of gate "${request.gate}"`,
    );
  };

/** What is put back after a recall has its tag from before, and may be in quarantine no more. */
async function isThereFromBefore({ registries }: Surroundings, { unique, subject }: UnderWay): Promise<boolean> {
  const there = await registries.digestOf(unique);
  if (there) return there === subject.digest;
  const manifest = await registries.manifest(subject);
  return manifest !== undefined && (await registries.putManifest(unique, manifest)) === 'put';
}

async function rename({ ledger }: Surroundings, { gate, row, intention }: UnderWay, unique: Tag): Promise<void> {
  const next = { ...row.value, intention: { ...intention, unique } };
  if ((await ledger.write('gates', gate.name, [put(GATE, row, next)])) === 'conflict')
    throw new LedgerConflict(`gate "${gate.name}"`);
}
