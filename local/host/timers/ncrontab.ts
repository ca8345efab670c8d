/**
 * NCRONTAB schedules, six fields with seconds first: `{second} {minute} {hour} {day} {month} {day of week}`, all in UTC.
 *
 * A field is `*`, a number, a range `1-5`, a step (`*` or a range, then `/15`), or a list of these with commas. Unlike in cron, day and day
 * of week have to match both. Names of months and days, and schedules that are a TimeSpan, are refused.
 */
import { CORE_TOOLS, HostError } from '../host-error.ts';

export interface Schedule {
  /** The first occurrence after this moment, epoch milliseconds. */
  next(afterMs: number): number;
}

const FIELDS = [
  { name: 'second', from: 0, to: 59 },
  { name: 'minute', from: 0, to: 59 },
  { name: 'hour', from: 0, to: 23 },
  { name: 'day', from: 1, to: 31 },
  { name: 'month', from: 1, to: 12 },
  { name: 'day of week', from: 0, to: 6 },
] as const;

type Field = (typeof FIELDS)[number];

/** The 29th of February on a given day of the week comes at least once in 40 years, even across the year 2100. */
const LOOK_AHEAD_DAYS = 40 * 366;
const DAY_MS = 86_400_000;

/** Throws a `HostError` that says which field is wrong. */
export function parseSchedule(text: string): Schedule {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) {
    throw new HostError(
      'NotSupported',
      `schedule "${text}" does not have six fields; if it is a TimeSpan, ${CORE_TOOLS}`,
    );
  }
  const [seconds, minutes, hours, days, months, weekdays] = FIELDS.map((field, index) =>
    values(parts[index] ?? '', field, text),
  ) as [number[], number[], number[], number[], number[], number[]];

  const firstTimeOfDay = (fromMs: number): number | undefined => {
    for (const hour of hours) {
      for (const minute of minutes) {
        const minuteMs = (hour * 60 + minute) * 60_000;
        if (minuteMs + 59_999 < fromMs) continue;
        const second = seconds.find((one) => minuteMs + one * 1000 >= fromMs);
        if (second !== undefined) return minuteMs + second * 1000;
      }
    }
    return undefined;
  };

  const next = (afterMs: number): number => {
    const startMs = afterMs + 1;
    const today = Math.floor(startMs / DAY_MS) * DAY_MS;
    for (let ahead = 0; ahead < LOOK_AHEAD_DAYS; ahead += 1) {
      const dayMs = today + ahead * DAY_MS;
      const day = new Date(dayMs);
      if (!months.includes(day.getUTCMonth() + 1) || !days.includes(day.getUTCDate())) continue;
      if (!weekdays.includes(day.getUTCDay())) continue;
      const timeMs = firstTimeOfDay(ahead === 0 ? startMs - dayMs : 0);
      if (timeMs !== undefined) return dayMs + timeMs;
    }
    throw new HostError('BadSettings', `schedule "${text}" never occurs`);
  };
  return { next };
}

function values(text: string, field: Field, whole: string): number[] {
  const wrong = () =>
    new HostError('BadSettings', `schedule "${whole}": "${text}" is not a ${field.name} (${field.from}-${field.to})`);
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const parts = /^(?:(\*)|(\d+)(?:-(\d+))?)(?:\/(\d+))?$/.exec(item);
    if (!parts) throw wrong();
    const [, star, first, last, step] = parts;
    const from = star ? field.from : Number(first);
    // A step after a single number runs to the end of the field, as in cron.
    const to = star || (last === undefined && step !== undefined) ? field.to : Number(last ?? first);
    const by = Number(step ?? 1);
    if (from < field.from || to > field.to || from > to || by < 1) throw wrong();
    for (let value = from; value <= to; value += by) found.add(value);
  }
  return [...found].toSorted((a, b) => a - b);
}
