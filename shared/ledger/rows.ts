/**
 * Typed rows on the ledger port: what is read is parsed, what is written carries its guard.
 *
 * A row's `schema` number says how to read it: one of an earlier schema is brought up to this one, one of a later schema is refused, never
 * guessed, and not written over. When the number has to be raised: docs/upgrades.md.
 */
import { z } from 'zod';
import type { Change, Ledger, Row, Table } from '../ports/ledger.ts';
import { upgrade, type Upgraded } from './upgrade.ts';

/** Of the rows that this version writes. */
export const SCHEMA = 2;

export interface Kept<T> {
  value: T;
  etag: string;
}

export class UnreadableRow extends Error {
  readonly code = 'UnreadableRow';
}

/** `kind`: of a row whose shape was another one once. */
export function parseRow<S extends z.ZodType>(row: Row, shape: S, kind?: Upgraded): Kept<z.output<S>> {
  refuseLater(row);
  const data = kind === undefined ? row.data : upgrade(kind, { from: row.schema, to: SCHEMA }, row.data);
  const parsed = shape.safeParse(data);
  if (!parsed.success) {
    throw new UnreadableRow(
      `ledger row "${row.key}" (schema ${row.schema}) cannot be read: ${z.prettifyError(parsed.error)}\n` +
        'deploy the version that wrote it again, or restore the row',
    );
  }
  return { value: parsed.data, etag: row.etag };
}

/** For what is written whatever is there: a row of a later schema is not written over. */
export async function refuseOverwrite(ledger: Ledger, table: Table, partition: string, key: string): Promise<void> {
  const row = await ledger.get(table, partition, key);
  if (row) refuseLater(row);
}

function refuseLater({ key, schema }: Row): void {
  if (schema <= SCHEMA) return;
  throw new UnreadableRow(
    `ledger row "${key}" has schema ${schema}, this version reads up to ${SCHEMA}; deploy the newer version again`,
  );
}

/** `kept`: the row as it was read, which must still be there unchanged; without it the row must be new. */
export const put = (
  key: string,
  kept: { etag: string } | undefined,
  data: unknown,
  { open = true }: { open?: boolean } = {},
): Change => ({
  kind: 'put',
  key,
  ifMatch: kept?.etag ?? 'new',
  open,
  schema: SCHEMA,
  data,
});

/** Somebody else wrote first. Thrown by an activity, it is retried with what is true then. */
export class LedgerConflict extends Error {
  readonly code = 'LedgerConflict';

  constructor(what: string) {
    super(`${what} was changed by somebody else meanwhile; looking again`);
  }
}
