/**
 * A request is a ledger write first: it bumps the counter of its thing, a row of its own, so that a storm of events disturbs no decision.
 * The story that is started then, or the next sweep, sees that `requested` is more than it has handled.
 */
import type { Change, Ledger, Table } from '../ports/ledger.ts';
import { REQUEST, requestRow } from './gate-rows.ts';
import { LedgerConflict, parseRow, put } from './rows.ts';

const MOST_TRIES = 20;

export async function request(ledger: Ledger, table: Table, thing: string): Promise<void> {
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    if ((await ledger.write(table, thing, [await bump(ledger, table, thing)])) === 'written') return;
  }
  throw new LedgerConflict(`the request counter of "${thing}"`);
}

/** The change alone, for the transaction that writes what is requested: a crash between the two would leave it unseen. */
export async function bump(ledger: Ledger, table: Table, thing: string): Promise<Change> {
  const row = await ledger.get(table, thing, REQUEST);
  const kept = row && parseRow(row, requestRow);
  return put(REQUEST, kept, { requested: (kept?.value.requested ?? 0) + 1 });
}

export async function requestedOf(ledger: Ledger, table: Table, thing: string): Promise<number> {
  const row = await ledger.get(table, thing, REQUEST);
  return row ? parseRow(row, requestRow).value.requested : 0;
}
