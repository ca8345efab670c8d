/**
 * What a decision has to tell: a journal entry, and often an announcement. Written in the transaction of the decision itself and delivered
 * by the next look, so that a crash between the two loses neither. The key makes a second delivery recognisable.
 *
 * A topic that takes no announcement stops nothing: the journal is written first, and what was not announced is tried again at each look, for
 * a day.
 */
import { z } from 'zod';
import { orderedKey, parseRowKey, rowKey } from '../domain/ids.ts';
import type { AnnouncementType, Announcements } from '../ports/announcements.ts';
import type { Change, Ledger, Row } from '../ports/ledger.ts';
import type { Telemetry } from '../telemetry.ts';
import { journalEntry, writeJournal, type JournalEntry } from './journal-book.ts';
import { parseRow, SCHEMA, type Kept } from './rows.ts';
import { forgetUndelivered, noteUndelivered } from './undelivered-book.ts';

export const outboxRow = journalEntry.extend({
  announce: z.string().optional(),
  /** It is in the journal; its announcement failed, for this reason. */
  undelivered: z.string().optional(),
});
export type Entry = JournalEntry & { announce?: AnnouncementType };

export interface Outbox {
  key: string;
  row: Kept<z.infer<typeof outboxRow>>;
}

/** After that nobody waits for the news, and the ledger must not fill up with it. */
const TRIED_FOR_MS = 24 * 3_600_000;

/** The row that goes into the deciding transaction. `name` is the decision's own name, the same when it is made again: `promoted-7`. */
export const tell = (name: string, told: Entry): Change => ({
  kind: 'put',
  key: rowKey('outbox', orderedKey(told.at), name),
  ifMatch: 'any',
  open: true,
  schema: SCHEMA,
  data: told,
});

export const outboxOf = (rows: Row[]): Outbox[] =>
  rows.filter(({ key }) => key.startsWith('outbox:')).map((row) => ({ key: row.key, row: parseRow(row, outboxRow) }));

export interface Delivering {
  ledger: Ledger;
  announcements: Announcements;
  log: { warn(message: string): void };
  telemetry: Pick<Telemetry, 'count'>;
}

interface Place {
  table: 'gates' | 'images' | 'policies';
  partition: string;
}

/** Delivers and removes. Twice is harmless: same journal row, same announcement id. `at`: now, in epoch milliseconds. */
export async function deliver(ports: Delivering, place: Place & { at: number }, waiting: Outbox[]): Promise<void> {
  const { ledger, log, telemetry } = ports;
  // Where the topic has just failed, it is not waited for again by each of the others.
  let failed: string | undefined;
  for (const { key, row } of waiting) {
    const { announce, undelivered, ...told } = row.value;
    const name = parseRowKey(key).at(-1) ?? key;
    const id = rowKey(place.partition, ...parseRowKey(key).slice(1));
    if (undelivered === undefined) await writeJournal(ledger, told, { partition: place.partition, name });
    if (announce) {
      failed ??= await announced(ports.announcements, id, announce as AnnouncementType, told);
      if (failed !== undefined && place.at - told.at < TRIED_FOR_MS) {
        await leave(ledger, place, { key, row }, { id, failed });
        continue;
      }
      if (failed !== undefined) {
        log.warn(`announcement "${announce}" of ${told.subject} dropped after a day: ${failed}`);
        telemetry.count('announcements.dropped', { subject: told.subject, type: announce });
      }
    }
    if (undelivered !== undefined) await forgetUndelivered(ledger, id);
    await ledger.write(place.table, place.partition, [{ kind: 'delete', key, ifMatch: 'any' }]);
  }
}

/** Why it was not taken; `undefined` when it was. */
async function announced(
  announcements: Announcements,
  id: string,
  type: AnnouncementType,
  { subject, data, by, why }: JournalEntry,
): Promise<string | undefined> {
  try {
    await announcements.announce({ id, type, subject, data: { ...data, by, why } });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function leave(
  ledger: Ledger,
  { table, partition }: Place,
  { key, row }: Outbox,
  { id, failed }: { id: string; failed: string },
): Promise<void> {
  const { at, subject, what, undelivered } = row.value;
  if (undelivered !== undefined) return;
  await noteUndelivered(ledger, id, { at, subject, what, why: failed, table, partition, key });
  const noted = { ...row.value, undelivered: failed };
  // A conflict: somebody else has delivered it, or left it too. The next sweep finds a note without its row.
  await ledger.write(table, partition, [
    { kind: 'put', key, ifMatch: row.etag, open: true, schema: SCHEMA, data: noted },
  ]);
}
