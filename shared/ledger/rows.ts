/**
 * Typed rows on the ledger port: what is read is parsed, what is written carries its guard.
 *
 * A row's `schema` number says how to read it; there is one version so far. An unknown number is refused, never guessed.
 */
import type { z } from 'zod';
import type { Change, Row } from '../ports.ts';

export const SCHEMA = 1;

export interface Kept<T> {
  value: T;
  etag: string;
}

export class UnreadableRow extends Error {
  readonly code = 'UnreadableRow';
}

export function parseRow<S extends z.ZodType>(row: Row, schema: S): Kept<z.output<S>> {
  if (row.schema !== SCHEMA) {
    throw new UnreadableRow(
      `ledger row "${row.key}" has schema ${row.schema}, this version reads ${SCHEMA}; deploy the newer version again`,
    );
  }
  const parsed = schema.safeParse(row.data);
  if (!parsed.success) throw new UnreadableRow(`ledger row "${row.key}" cannot be read: ${parsed.error.message}`);
  return { value: parsed.data, etag: row.etag };
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
