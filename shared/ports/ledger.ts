/** What is remembered: rows in partitions, written in transactions. The books of `shared/ledger` know what is in them. */

export type Table = 'gates' | 'images' | 'lineage' | 'journal' | 'policies';

export interface Row {
  key: string;
  etag: string;
  /** Rows of things still at work. The look reads these and never the settled past. */
  open: boolean;
  schema: number;
  data: unknown;
}

export type Change =
  /** `ifMatch`: an ETag, `new` (must not exist), or `any` (insert or replace). */
  | { kind: 'put'; key: string; ifMatch: string; open: boolean; schema: number; data: unknown }
  /** `ifMatch`: `any` (it must be there), or an ETag, and then it is the only change: Table Storage's client drops it from a transaction. */
  | { kind: 'delete'; key: string; ifMatch: string };

export interface Ledger {
  get(table: Table, partition: string, key: string): Promise<Row | undefined>;
  /** All rows of a partition, or only the open ones; in the order of their keys, `from` included and `to` not. */
  rows(table: Table, partition: string, options?: { openOnly?: boolean; from?: string; to?: string }): Promise<Row[]>;
  /** One transaction: all or nothing, at most 100 changes. `conflict`: some row was not as `ifMatch` said, and nothing was written. */
  write(table: Table, partition: string, changes: Change[]): Promise<'written' | 'conflict'>;
}
