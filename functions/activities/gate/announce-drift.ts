/** Announces that the stable tag names what is neither the current digest nor an attempt of this gate, and leaves it: it is somebody's decision. */
import type { Digest } from '../../../shared/domain/reference.ts';
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { existingGate } from '../policy-of.ts';
import { recordDrift } from './record-drift.ts';

export interface AnnounceDrift {
  gate: string;
  found: Digest | 'none';
  /** Epoch milliseconds. */
  at: number;
}

export const announceDrift =
  (world: Surroundings): Activity<AnnounceDrift, object> =>
  async ({ gate: name, found, at }) => {
    const gate = await existingGate(world.policies, name);
    const { current } = (await readGateRow(world.ledger, name))?.value ?? {};
    if (!current) return {};
    const names = found === 'none' ? 'is not there' : `names ${found}`;
    const why = `the stable tag ${names}, and ${current.subject} was promoted; nothing of this gate did that`;
    return recordDrift(world, gate, { tag: gate.to.tag, found, mended: false, why, by: 'runGate', at });
  };
