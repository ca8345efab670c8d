/**
 * Puts the current digest back under the stable tag, over an attempt of this gate that reached it after it was overtaken.
 *
 * Key: the two digests. If anything is not as it was seen, somebody acts just now, and the next look decides. A tag that may not be moved is
 * no trouble to be tried again for ever: it is announced, and left to a person.
 */
import { formatReference, type Digest } from '../../../shared/domain/reference.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { recordDrift } from './record-drift.ts';

export interface PutBackStable {
  gate: string;
  current: Digest;
  over: Digest;
  /** Epoch milliseconds. */
  at: number;
}

export const putBackStable =
  (world: Surroundings): Activity<PutBackStable, object> =>
  async ({ gate: name, current, over, at }) => {
    const gate = await existingGate(world.policies, name);
    const row = await readGateRow(world.ledger, name);
    if (row?.value.intention || row?.value.current?.subject !== current) return {};
    if ((await world.registries.digestOf(gate.to)) !== over) return {};

    const { host, repository } = gate.to;
    const manifest = await world.registries.manifest({ host, repository, digest: current });
    const put = manifest ? await world.registries.putManifest(gate.to, manifest) : 'missing';
    const to = { tag: gate.to.tag, found: over, at, by: 'runGate' };
    switch (put) {
      case 'put':
        return recordDrift(world, gate, {
          ...to,
          mended: true,
          why: `${over} was an attempt of this gate that came late`,
        });
      case 'locked':
        return recordDrift(world, gate, {
          ...to,
          mended: false,
          why: `${formatReference(gate.to)} is locked in the registry`,
        });
      case 'missing':
        return recordDrift(world, gate, { ...to, mended: false, why: `${current} is not in ${repository} any more` });
    }
  };
