/** When the last sweep ended and what it found: what `health` answers, and what tells an event that a sweep is overdue. */
import { sweepEnd, type SweepEnd } from '../domain/sweep-end.ts';
import type { Ledger } from '../ports/ledger.ts';
import { parseRow, refuseOverwrite, SCHEMA } from './rows.ts';

/** Not a name, so no gate has this partition. */
const PARTITION = '(sweep)';
const SWEEP = 'sweep';

export async function readSweep(ledger: Ledger): Promise<SweepEnd | undefined> {
  const row = await ledger.get('gates', PARTITION, SWEEP);
  return row && parseRow(row, sweepEnd).value;
}

export async function writeSweep(ledger: Ledger, data: SweepEnd): Promise<void> {
  await refuseOverwrite(ledger, 'gates', PARTITION, SWEEP);
  await ledger.write('gates', PARTITION, [
    { kind: 'put', key: SWEEP, ifMatch: 'any', open: false, schema: SCHEMA, data },
  ]);
}
