/**
 * A person's freeze of everything, a row beside the hold on everything; and what freezes the things that depend on a gate. Read by every look
 * and again right before an effect, never copied, so that ending one is one write.
 */
import { z } from 'zod';
import { frozenAt, personFreeze, type Freezes, type PersonFreeze } from '../domain/freeze.ts';
import type { Origin } from '../domain/origin.ts';
import type { App, Gate } from '../domain/policy.ts';
import type { Change, Ledger } from '../ports/ledger.ts';
import { GATE, gateRow } from './gate-rows.ts';
import { EVERYTHING } from './hold-book.ts';
import { parseRow, refuseOverwrite, SCHEMA } from './rows.ts';

const FREEZE = 'freeze';
export const freezeRow = z.object({ freeze: personFreeze.optional() });

export async function readFreezeOnEverything(ledger: Ledger): Promise<PersonFreeze | undefined> {
  const row = await ledger.get('gates', EVERYTHING, FREEZE);
  return row && parseRow(row, freezeRow).value.freeze;
}

/** The last one wins. `told`: the journal entry, in the same transaction. */
export async function writeFreezeOnEverything(
  ledger: Ledger,
  value: PersonFreeze | undefined,
  told: Change,
): Promise<void> {
  const data: z.infer<typeof freezeRow> = value ? { freeze: value } : {};
  await refuseOverwrite(ledger, 'gates', EVERYTHING, FREEZE);
  const row: Change = { kind: 'put', key: FREEZE, ifMatch: 'any', open: false, schema: SCHEMA, data };
  await ledger.write('gates', EVERYTHING, [row, told]);
}

/** By gate, what keeps its promotion of today from being built on. A promotion that may skip the freeze has none. */
export async function freezesOfBases(ledger: Ledger, gates: Gate[]): Promise<Record<string, Freezes>> {
  const person = await readFreezeOnEverything(ledger);
  const found = await Promise.all(
    gates.map(async (gate): Promise<[string, Freezes][]> => {
      const row = await ledger.get('gates', gate.name, GATE);
      if (row && parseRow(row, gateRow).value.current?.skipsFreeze) return [];
      return [[gate.name, freezesOf(gate, person)]];
    }),
  );
  return Object.fromEntries(found.flat());
}

/** What keeps this app from getting that version. One that goes back to a promotion that may skip the freeze has none. */
export async function freezesOfApp(ledger: Ledger, app: App, wanted: Origin | undefined): Promise<Freezes> {
  const person = await readFreezeOnEverything(ledger);
  const freezes = freezesOf(app, person);
  if (!wanted || (freezes.windows === undefined && !person)) return freezes;
  const row = await ledger.get('gates', wanted.gate, GATE);
  const current = row && parseRow(row, gateRow).value.current;
  const isIt = current?.digest === wanted.digest && current.opening === wanted.opening;
  return isIt && current.skipsFreeze ? {} : freezes;
}

export const isFrozen = (freezes: Freezes[], at: number): boolean =>
  freezes.some((one) => frozenAt(one, at) !== undefined);

const freezesOf = ({ freeze }: Pick<Gate | App, 'freeze'>, person: PersonFreeze | undefined): Freezes => ({
  ...(freeze.length > 0 ? { windows: freeze } : {}),
  ...(person ? { person } : {}),
});
