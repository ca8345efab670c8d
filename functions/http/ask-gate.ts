/** A person's request to a gate: written to the ledger and counted in one transaction, then its story is started, and the answer says where to watch. */
import type { HttpResponseInit } from '@azure/functions';
import type { AnnouncementType } from '../../shared/ports/announcements.ts';
import type { Change } from '../../shared/ports/ledger.ts';
import { readGate, type GateBook } from '../../shared/ledger/gate-book.ts';
import { GATE, newGate, type GateRow } from '../../shared/ledger/gate-rows.ts';
import { bump } from '../../shared/ledger/request.ts';
import { LedgerConflict, put } from '../../shared/ledger/rows.ts';
import type { Asked } from './endpoint.ts';
import { tellAsked } from './tell-asked.ts';

const MOST_TRIES = 10;

export interface Wish {
  /** The gate's row as it should be. */
  row?: Partial<GateRow>;
  changes?: Change[];
  /** For the journal: what was asked and why. */
  what: string;
  why: string;
  data?: Record<string, unknown>;
  announce?: AnnouncementType;
}

/** `wish` is asked again when somebody else wrote meanwhile; it throws a `Problem` to refuse. */
export async function askGate(
  asked: Asked,
  gate: string,
  wish: (row: GateRow, book: GateBook) => Promise<Wish> | Wish,
): Promise<HttpResponseInit> {
  const { world, stories } = asked;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const book = await readGate(world.ledger, gate);
    const row = book.gate?.value ?? newGate;
    const wished = await wish(row, book);
    const written = await world.ledger.write('gates', gate, [
      put(GATE, book.gate, { ...row, ...wished.row }),
      ...(wished.changes ?? []),
      await bump(world.ledger, 'gates', gate),
      tellAsked(asked, {
        subject: gate,
        what: wished.what,
        why: wished.why,
        data: wished.data ?? {},
        ...(wished.announce ? { announce: wished.announce } : {}),
      }),
    ]);
    if (written === 'conflict') continue;
    await stories.start('runGate', gate);
    return { status: 202, headers: { location: `/api/gates/${gate}` }, jsonBody: { gate, what: wished.what } };
  }
  throw new LedgerConflict(`gate "${gate}"`);
}
