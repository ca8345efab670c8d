/** Announcements that the topic has not taken: one row each in a partition of its own, so that they are found without asking every thing. */
import { z } from 'zod';
import type { Ledger } from '../ports/ledger.ts';
import { parseRow, SCHEMA } from './rows.ts';

/** Not a name, so no gate has this partition. */
const PARTITION = '(undelivered)';

export const undeliveredRow = z.object({
  at: z.number(),
  subject: z.string(),
  what: z.string(),
  why: z.string(),
  /** Where its outbox row is. */
  table: z.enum(['gates', 'images', 'policies']),
  partition: z.string(),
  key: z.string(),
});
export type Undelivered = z.infer<typeof undeliveredRow>;

export async function noteUndelivered(ledger: Ledger, id: string, data: Undelivered): Promise<void> {
  await ledger.write('gates', PARTITION, [{ kind: 'put', key: id, ifMatch: 'any', open: true, schema: SCHEMA, data }]);
}

/** One that is not there is as good. */
export async function forgetUndelivered(ledger: Ledger, id: string): Promise<void> {
  await ledger.write('gates', PARTITION, [{ kind: 'delete', key: id, ifMatch: 'any' }]);
}

/** The oldest first. */
export async function readUndelivered(ledger: Ledger): Promise<(Undelivered & { id: string })[]> {
  const rows = await ledger.rows('gates', PARTITION);
  return rows.map((row) => ({ ...parseRow(row, undeliveredRow).value, id: row.key })).toSorted((a, b) => a.at - b.at);
}
