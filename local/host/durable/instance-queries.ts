/** Reads instances: one by its id, or those that a filter names, oldest first and page by page. */
import type { DatabaseSync, SQLOutputValue } from 'node:sqlite';
import { integer, text, textOrNull } from './database.ts';
import { isRuntimeStatus, type RuntimeStatus } from './status.ts';

export interface InstanceRow {
  id: string;
  executionId: string;
  name: string;
  status: RuntimeStatus;
  /** JSON text, as are output and custom status. */
  input: string | null;
  output: string | null;
  customStatus: string | null;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface InstanceFilter {
  createdFromMs?: number;
  createdToMs?: number;
  /** None at all when empty; every status when absent. */
  statuses?: readonly RuntimeStatus[];
  idPrefix?: string;
  offset?: number;
  limit?: number;
}

export function instanceQueries(database: DatabaseSync) {
  const one = database.prepare('SELECT * FROM instances WHERE id = ?');
  const list = database.prepare(
    `SELECT * FROM instances
     WHERE created_at BETWEEN :createdFrom AND :createdTo
       AND substr(id, 1, length(:prefix)) = :prefix
       AND (:statuses IS NULL OR status IN (SELECT value FROM json_each(:statuses)))
     ORDER BY created_at, id LIMIT :limit OFFSET :offset`,
  );
  return {
    one(id: string): InstanceRow | undefined {
      const row = one.get(id);
      return row && toInstance(row);
    },
    list: (filter: InstanceFilter): InstanceRow[] =>
      list
        .all({
          createdFrom: filter.createdFromMs ?? 0,
          createdTo: filter.createdToMs ?? Number.MAX_SAFE_INTEGER,
          prefix: filter.idPrefix ?? '',
          statuses: filter.statuses ? JSON.stringify(filter.statuses) : null,
          limit: filter.limit ?? -1,
          offset: filter.offset ?? 0,
        })
        .map(toInstance),
  };
}

function toInstance(row: Record<string, SQLOutputValue>): InstanceRow {
  const status = text(row['status']);
  if (!isRuntimeStatus(status)) throw new TypeError(`unknown status "${status}" in the database`);
  return {
    id: text(row['id']),
    executionId: text(row['execution']),
    name: text(row['name']),
    status,
    input: textOrNull(row['input']),
    output: textOrNull(row['output']),
    customStatus: textOrNull(row['custom_status']),
    createdAtMs: integer(row['created_at']),
    updatedAtMs: integer(row['updated_at']),
  };
}
