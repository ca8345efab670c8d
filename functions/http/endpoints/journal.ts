/** The journal: who did what and why, newest first. */
import { z } from 'zod';
import { dayOf, readJournal, type JournalEntry, type Kept } from '../../../shared/ledger/journal-book.ts';
import type { Ledger } from '../../../shared/ports/ledger.ts';
import type { Endpoint } from '../endpoint.ts';
import { cursorOf, nextAddress, readCursor } from '../paging.ts';
import { isoTime } from '../schemas/common.ts';
import { journalPage, journalQuery } from '../schemas/operations.ts';

/** One page looks through so many days at most; its `next` goes on from there. */
const MOST_DAYS = 31;
/** Back from today, as far as people look without knowing the day. */
const BACK_DAYS = 90;
const DAY_MS = 86_400_000;

/** Where to go on: on this day, before this entry if there is one. */
const cursor = z.strictObject({ day: z.iso.date(), before: z.string().optional() });
type Cursor = z.infer<typeof cursor>;
type Wanted = Omit<z.infer<typeof journalQuery>, 'after'>;

export const readJournalEntries: Endpoint = {
  name: 'readJournal',
  method: 'GET',
  route: 'journal',
  does: 'Reads the journal, newest first: of one day, or ninety days back from today.',
  query: journalQuery,
  answer: { kind: 'json', status: 200, schema: journalPage },
  async handle(asked) {
    const { after, ...wanted } = asked.query(journalQuery);
    const from = readCursor(after, cursor) ?? { day: wanted.day ?? dayOf(asked.at) };
    const { entries, goOn } = await find(asked.world.ledger, wanted, from, dayOf(asked.at - BACK_DAYS * DAY_MS));
    return {
      jsonBody: {
        entries: entries.map(({ entry }) => ({ ...entry, at: isoTime(entry.at) })),
        ...(goOn ? { next: nextAddress('/api/journal', wanted, cursorOf(goOn)) } : {}),
      },
    };
  },
};

async function find(
  ledger: Ledger,
  wanted: Wanted,
  from: Cursor,
  lastDay: string,
): Promise<{ entries: Kept[]; goOn?: Cursor }> {
  const entries: Kept[] = [];
  let { day, before } = from;
  for (let days = 0; days < MOST_DAYS; days++) {
    for (const one of await readJournal(ledger, day, before === undefined ? {} : { before })) {
      if (!isWanted(one.entry, wanted)) continue;
      if (entries.length === wanted.limit) return { entries, goOn: { day, before: entries.at(-1)?.key ?? '' } };
      entries.push(one);
    }
    if (wanted.day !== undefined || day <= lastDay) return { entries };
    before = undefined;
    day = dayOf(Date.parse(day) - DAY_MS);
  }
  return { entries, goOn: { day } };
}

const isWanted = (entry: JournalEntry, { subject, what, by }: Wanted): boolean =>
  (subject === undefined || entry.subject === subject) &&
  (what === undefined || entry.what === what) &&
  (by === undefined || entry.by === by);
