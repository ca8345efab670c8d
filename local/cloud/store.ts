/**
 * The state of the emulated Azure: JSON documents in collections, in one SQLite file. Every write is on disk when it returns, so a killed
 * cloud starts again where it stood.
 */
import { DatabaseSync } from 'node:sqlite';

export interface Collection<T> {
  get(key: string): T | undefined;
  put(key: string, value: T): void;
  delete(key: string): boolean;
  /** In the order of the keys; only those that begin with `prefix`, when given. */
  entries(prefix?: string): { key: string; value: T }[];
}

export interface Store {
  collection<T>(name: string): Collection<T>;
  /** Several writes, all or nothing. */
  transaction<T>(work: () => T): T;
  close(): void;
}

/** `file`: a path, or `:memory:`. */
export function openStore(file: string): Store {
  const database = new DatabaseSync(file);
  database.exec(`
    PRAGMA journal_mode = WAL;
    PRAGMA synchronous = NORMAL;
    PRAGMA busy_timeout = 5000;
    CREATE TABLE IF NOT EXISTS documents (collection TEXT, key TEXT, json TEXT NOT NULL, PRIMARY KEY (collection, key)) WITHOUT ROWID;
  `);
  const select = database.prepare('SELECT json FROM documents WHERE collection = ? AND key = ?');
  const upsert = database.prepare('INSERT OR REPLACE INTO documents (collection, key, json) VALUES (?, ?, ?)');
  const remove = database.prepare('DELETE FROM documents WHERE collection = ? AND key = ?');
  const range = database.prepare(
    'SELECT key, json FROM documents WHERE collection = ? AND key >= ? AND key < ? ORDER BY key',
  );
  let depth = 0;

  return {
    collection<T>(name: string): Collection<T> {
      return {
        get(key) {
          const row = select.get(name, key) as { json: string } | undefined;
          return row && (JSON.parse(row.json) as T);
        },
        put: (key, value) => void upsert.run(name, key, JSON.stringify(value)),
        delete: (key) => remove.run(name, key).changes > 0,
        entries(prefix = '') {
          const rows = range.all(name, prefix, `${prefix}\u{10ffff}`) as { key: string; json: string }[];
          return rows.map(({ key, json }) => ({ key, value: JSON.parse(json) as T }));
        },
      };
    },
    transaction(work) {
      if (depth > 0) return work();
      database.exec('BEGIN IMMEDIATE');
      depth++;
      try {
        const result = work();
        database.exec('COMMIT');
        return result;
      } catch (error) {
        database.exec('ROLLBACK');
        throw error;
      } finally {
        depth--;
      }
    },
    close: () => database.close(),
  };
}
