/**
 * After a promotion: everything that builds on the gate or runs it is asked to look. Key: the gate; asking twice is harmless.
 *
 * The requests are in the ledger before the note that followers are due is cleared, so a crash in between asks again.
 */
import { readGateRow } from '../../../shared/ledger/gate-book.ts';
import { GATE } from '../../../shared/ledger/gate-rows.ts';
import { LedgerConflict, put } from '../../../shared/ledger/rows.ts';
import { askFollowers } from '../../ask-followers.ts';
import type { Activity, Surroundings } from '../activity.ts';

export const startFollowers =
  ({ ledger, policies }: Surroundings): Activity<{ gate: string }, object> =>
  async ({ gate }, stories) => {
    const { policy } = await policies.current();
    const row = await readGateRow(ledger, gate);
    if (!row?.value.followersDue) return {};
    if (policy) await askFollowers({ ledger, stories, policy }, gate);
    const written = await ledger.write('gates', gate, [put(GATE, row, { ...row.value, followersDue: false })]);
    if (written === 'conflict') throw new LedgerConflict(`gate "${gate}"`);
    return {};
  };
