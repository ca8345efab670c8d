/** What a timer function gets: its schedule's last and next occurrence, and whether it runs late. Times are ISO text on this wire. */
import type { TypedData } from '../app/core-api.ts';

export interface TimerRun {
  isPastDue: boolean;
  /** Absent when the schedule is not remembered across restarts, or when it has not run yet. */
  status?: { lastAtMs: number | null; nextAtMs: number; updatedAtMs: number };
}

export function timerInfo({ isPastDue, status }: TimerRun): TypedData {
  return {
    json: JSON.stringify({
      Schedule: { AdjustForDST: true },
      ScheduleStatus: status
        ? {
            Last: status.lastAtMs === null ? NEVER : iso(status.lastAtMs),
            Next: iso(status.nextAtMs),
            LastUpdated: iso(status.updatedAtMs),
          }
        : null,
      IsPastDue: isPastDue,
    }),
  };
}

/** The zero of .NET's DateTime. */
const NEVER = '0001-01-01T00:00:00Z';

const iso = (atMs: number): string => new Date(atMs).toISOString();
