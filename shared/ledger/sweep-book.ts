/** When the last sweep ended and what it found: what `health` answers, and what tells an event that a sweep is overdue. */
import { z } from 'zod';
import type { Ledger } from '../ports.ts';
import { parseRow, refuseOverwrite, SCHEMA } from './rows.ts';

/** Not a name, so no gate has this partition. */
const PARTITION = '(sweep)';
const SWEEP = 'sweep';

export const sweepRow = z.object({
  endedAt: z.number(),
  gates: z.number(),
  started: z.array(z.string()),
  ended: z.array(z.string()),
  problems: z.array(z.string()),
  /** Rows that it could not read, and whose they are. */
  unreadable: z.array(z.string()).optional(),
  /** When tags and quarantine were last looked after. */
  upkeepAt: z.number().optional(),
});
export type SweepRow = z.infer<typeof sweepRow>;

export async function readSweep(ledger: Ledger): Promise<SweepRow | undefined> {
  const row = await ledger.get('gates', PARTITION, SWEEP);
  return row && parseRow(row, sweepRow).value;
}

export async function writeSweep(ledger: Ledger, data: SweepRow): Promise<void> {
  await refuseOverwrite(ledger, 'gates', PARTITION, SWEEP);
  await ledger.write('gates', PARTITION, [
    { kind: 'put', key: SWEEP, ifMatch: 'any', open: false, schema: SCHEMA, data },
  ]);
}
