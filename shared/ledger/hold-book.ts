/**
 * Holds as others see them: the one on everything, a row in a partition that no gate has, and those of the gates that something depends on.
 *
 * They are read by every look and again right before an effect, never copied, so lifting one needs no second write.
 */
import { z } from 'zod';
import { hold, type Hold } from '../domain/gate-state.ts';
import { latestHold, type HoldOver } from '../domain/hold-over.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import { GATE, gateRow } from './gate-rows.ts';
import { outboxOf, type Outbox } from './outbox.ts';
import { parseRow, refuseOverwrite, SCHEMA } from './rows.ts';

/** Not a name, so no gate has this partition. */
export const EVERYTHING = '(everything)';
const HOLD = 'hold';

export const holdRow = z.object({ hold: hold.optional() });

export async function readHoldOnEverything(ledger: Ledger): Promise<Hold | undefined> {
  const row = await ledger.get('gates', EVERYTHING, HOLD);
  return row && parseRow(row, holdRow).value.hold;
}

/** The last one wins: to hold twice, or to lift what is not held, changes nothing. `told`: the journal entry, in the same transaction. */
export async function writeHoldOnEverything(ledger: Ledger, value: Hold | undefined, told: Change): Promise<void> {
  const data: z.infer<typeof holdRow> = value ? { hold: value } : {};
  await refuseOverwrite(ledger, 'gates', EVERYTHING, HOLD);
  const row: Change = { kind: 'put', key: HOLD, ifMatch: 'any', open: false, schema: SCHEMA, data };
  await ledger.write('gates', EVERYTHING, [row, told]);
}

/** What was told of the hold on everything and is not in the journal yet. */
export async function readEverythingOutbox(ledger: Ledger): Promise<Outbox[]> {
  return outboxOf(await ledger.rows('gates', EVERYTHING, { openOnly: true }));
}

/** The hold that bears on what depends on these gates; the latest, if there are several. */
export async function readHoldOver(ledger: Ledger, gates: string[]): Promise<HoldOver | undefined> {
  const ofGates = gates.map(async (gate): Promise<HoldOver | undefined> => {
    const row = await ledger.get('gates', gate, GATE);
    const held = row && parseRow(row, gateRow).value.hold;
    return held && { ...held, gate };
  });
  return latestHold(await Promise.all([readHoldOnEverything(ledger), ...ofGates]));
}
