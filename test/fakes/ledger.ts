/** An in-memory ledger that keeps the rules of Azure Table Storage: ETags change with every write, a transaction is all or nothing. */
import { assertWritable } from '../../shared/azure/ledger-rules.ts';
import type { Change, Ledger, Row, Table } from '../../shared/ports/ledger.ts';
import { failable, type Failures } from './failures.ts';

export type FakeLedger = Ledger &
  Failures<Ledger> & {
    /** Everything in a partition, for assertions. */
    dump(table: Table, partition: string): Record<string, unknown>;
  };

export function fakeLedger(): FakeLedger {
  const partitions = new Map<string, Map<string, Stored>>();
  let writes = 0;

  const partitionOf = (table: Table, partition: string): Map<string, Stored> => {
    const name = `${table}/${partition}`;
    const rows = partitions.get(name) ?? new Map<string, Stored>();
    partitions.set(name, rows);
    return rows;
  };

  const ledger: Ledger = {
    async get(table, partition, key) {
      const row = partitionOf(table, partition).get(key);
      return row && read(row);
    },
    async rows(table, partition, { openOnly, from, to } = {}) {
      return [...partitionOf(table, partition).values()]
        .filter((row) => (!openOnly || row.open) && (!from || row.key >= from) && (!to || row.key < to))
        .toSorted((a, b) => (a.key < b.key ? -1 : 1))
        .map(read);
    },
    async write(table, partition, changes) {
      assertWritable(partition, changes);
      const rows = partitionOf(table, partition);
      if (!changes.every((change) => holds(change, rows.get(change.key)))) return 'conflict';
      for (const change of changes) {
        if (change.kind === 'delete') {
          rows.delete(change.key);
        } else {
          const { key, open, schema } = change;
          const json = JSON.stringify(change.data) ?? 'null';
          rows.set(key, { key, open, schema, json, etag: `W/"${++writes}"` });
        }
      }
      return 'written';
    },
  };

  return Object.assign(failable(ledger), {
    dump: (table: Table, partition: string) =>
      Object.fromEntries([...partitionOf(table, partition).values()].map((row) => [row.key, read(row).data])),
  });
}

/** A row as the table keeps it: its data is JSON text. */
type Stored = Omit<Row, 'data'> & { json: string };

const read = ({ json, ...row }: Stored): Row => ({ ...row, data: JSON.parse(json) as unknown });

function holds(change: Change, row: Stored | undefined): boolean {
  if (change.ifMatch === 'new') return row === undefined;
  if (change.ifMatch === 'any') return change.kind === 'put' || row !== undefined;
  return row?.etag === change.ifMatch;
}
