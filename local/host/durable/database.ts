/**
 * Opens the SQLite file (or `:memory:`) that holds everything the host must remember.
 *
 * `synchronous=FULL`: what is committed survives the loss of the process and of the machine. The exclusive lock keeps a second host
 * away from the file; the operating system lets go of it when a process is killed.
 */
import { mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { DatabaseSync, type SQLOutputValue } from 'node:sqlite';
import { HostError, messageOf } from '../host-error.ts';

const SCHEMA_VERSION = 1;

const SCHEMA = `
  CREATE TABLE instances(
    id TEXT PRIMARY KEY, execution TEXT NOT NULL, name TEXT NOT NULL, status TEXT NOT NULL,
    input TEXT, output TEXT, custom_status TEXT, created_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE history(
    instance TEXT NOT NULL, seq INTEGER NOT NULL, event TEXT NOT NULL, PRIMARY KEY(instance, seq)
  ) STRICT;
  CREATE TABLE inbox(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT, event TEXT NOT NULL, due_at INTEGER NOT NULL
  ) STRICT;
  CREATE INDEX inbox_due ON inbox(due_at);
  CREATE INDEX inbox_instance ON inbox(instance);
  CREATE TABLE activities(
    seq INTEGER PRIMARY KEY AUTOINCREMENT, instance TEXT NOT NULL, execution TEXT NOT NULL, task_id INTEGER NOT NULL,
    name TEXT NOT NULL, input TEXT NOT NULL
  ) STRICT;
  CREATE TABLE timers(
    name TEXT PRIMARY KEY, schedule TEXT NOT NULL, last_at INTEGER, next_at INTEGER NOT NULL, updated_at INTEGER NOT NULL
  ) STRICT;
  PRAGMA user_version = ${SCHEMA_VERSION};`;

export function openDatabase(file: string): DatabaseSync {
  try {
    if (file !== ':memory:') mkdirSync(dirname(resolve(file)), { recursive: true });
    const database = new DatabaseSync(file);
    try {
      database.exec('PRAGMA locking_mode=EXCLUSIVE; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;');
      prepareSchema(database, file);
      return database;
    } catch (error) {
      database.close();
      throw error;
    }
  } catch (error) {
    if (error instanceof HostError) throw error;
    if (isLocked(error)) throw new HostError('DatabaseInUse', `database ${file} is in use by another host`);
    throw new HostError('BadDatabase', `database ${file} cannot be opened: ${messageOf(error)}`, { cause: error });
  }
}

function prepareSchema(database: DatabaseSync, file: string): void {
  transact(database, () => {
    const version = integer(database.prepare('PRAGMA user_version').get()?.['user_version']);
    if (version === SCHEMA_VERSION) return;
    if (version !== 0) {
      throw new HostError(
        'BadDatabase',
        `database ${file} has schema ${version}, not ${SCHEMA_VERSION}; delete the file`,
      );
    }
    database.exec(SCHEMA);
  });
}

/** All or nothing. Must not be nested. */
export function transact<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE');
  try {
    const result = work();
    database.exec('COMMIT');
    return result;
  } catch (error) {
    database.exec('ROLLBACK');
    throw error;
  }
}

/** SQLITE_BUSY, see https://www.sqlite.org/rescode.html */
const isLocked = (error: unknown): boolean => error instanceof Error && 'errcode' in error && error.errcode === 5;

// Columns of a row, with the type that the table promises.
export function text(value: SQLOutputValue | undefined): string {
  if (typeof value !== 'string') throw new TypeError(`expected text in the database, found ${typeof value}`);
  return value;
}

export const textOrNull = (value: SQLOutputValue | undefined): string | null => (value === null ? null : text(value));

export function integer(value: SQLOutputValue | undefined): number {
  if (typeof value !== 'number') throw new TypeError(`expected a number in the database, found ${typeof value}`);
  return value;
}
