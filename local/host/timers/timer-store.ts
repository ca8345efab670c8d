/** Remembers for each timer when it last ran and when it is due, so that a run missed while the host was down is made up for. */
import type { DatabaseSync } from 'node:sqlite';
import { integer, text } from '../durable/database.ts';

export interface TimerStatus {
  schedule: string;
  lastAtMs: number | null;
  nextAtMs: number;
  updatedAtMs: number;
}

export type TimerStore = ReturnType<typeof createTimerStore>;

export function createTimerStore(database: DatabaseSync) {
  const read = database.prepare('SELECT * FROM timers WHERE name = ?');
  const write = database.prepare(
    'INSERT OR REPLACE INTO timers(name, schedule, last_at, next_at, updated_at) VALUES(?, ?, ?, ?, ?)',
  );
  return {
    read(name: string): TimerStatus | undefined {
      const row = read.get(name);
      return (
        row && {
          schedule: text(row['schedule']),
          lastAtMs: row['last_at'] === null ? null : integer(row['last_at']),
          nextAtMs: integer(row['next_at']),
          updatedAtMs: integer(row['updated_at']),
        }
      );
    },
    /** What a run has to say that outlived the host's grace period is lost: it is run again after the next start. */
    write(name: string, { schedule, lastAtMs, nextAtMs, updatedAtMs }: TimerStatus): void {
      if (!database.isOpen) return;
      write.run(name, schedule, lastAtMs, nextAtMs, updatedAtMs);
    },
  };
}
