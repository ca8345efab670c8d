/**
 * The journal: every decision and effect, who and why. Append-only, a partition per day in UTC, with keys in the order of time.
 *
 * An entry is written under the same key however often it is delivered.
 */
import { z } from 'zod';
import { orderedKey, rowKey } from '../domain/ids.ts';
import { who } from '../domain/person.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import { parseRow, SCHEMA } from './rows.ts';

export const journalEntry = z.object({
  at: z.number(),
  /** Who decided: a person, or the story. */
  ...who,
  /** The thing it is about: a gate, an image or an app. */
  subject: z.string(),
  what: z.string(),
  why: z.string(),
  data: z.record(z.string(), z.unknown()),
});
export type JournalEntry = z.infer<typeof journalEntry>;

export interface Kept {
  key: string;
  entry: JournalEntry;
}

export const dayOf = (at: number): string => new Date(at).toISOString().slice(0, 10);

/** `partition` and `name`: where the decision was made, and its own name there. */
export async function writeJournal(
  ledger: Ledger,
  entry: JournalEntry,
  { partition, name }: { partition: string; name: string },
): Promise<void> {
  const key = rowKey(orderedKey(entry.at), partition, name);
  const change: Change = { kind: 'put', key, ifMatch: 'any', open: false, schema: SCHEMA, data: entry };
  await ledger.write('journal', dayOf(entry.at), [change]);
}

/** The entries of a day, the newest first; `before`: only those before this key. */
export async function readJournal(ledger: Ledger, day: string, { before }: { before?: string } = {}): Promise<Kept[]> {
  const rows = await ledger.rows('journal', day, before === undefined ? {} : { to: before });
  return rows.toReversed().map((row) => ({ key: row.key, entry: parseRow(row, journalEntry).value }));
}
