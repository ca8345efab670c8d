/**
 * The schedules of timer triggers: five fields, in UTC, to the minute, as NCrontab reads them
 * (https://learn.microsoft.com/azure/container-registry/container-registry-tasks-scheduled#cron-expressions).
 *
 * Unlike cron, a day has to match both its day of the month and its day of the week.
 */
export interface Schedule {
  minutes: number[];
  hours: number[];
  days: number[];
  /** 1 to 12. */
  months: number[];
  /** 0 is Sunday. */
  weekdays: number[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const WEEKDAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const FIELDS: { what: string; least: number; most: number; names?: string[] }[] = [
  { what: 'minute', least: 0, most: 59 },
  { what: 'hour', least: 0, most: 23 },
  { what: 'day', least: 1, most: 31 },
  { what: 'month', least: 1, most: 12, names: MONTHS },
  { what: 'day of the week', least: 0, most: 6, names: WEEKDAYS },
];

export class BadSchedule extends Error {
  readonly code = 'BadSchedule';
}

/** Throws `BadSchedule`. */
export function parseSchedule(text: string): Schedule {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== FIELDS.length) throw new BadSchedule(`"${text}" has ${parts.length} fields, and not five`);
  const [minutes = [], hours = [], days = [], months = [], weekdays = []] = FIELDS.map((field, index) => {
    const values = (parts[index] ?? '').split(',').flatMap((part) => valuesOf(part, field));
    return [...new Set(values)].toSorted((a, b) => a - b);
  });
  return { minutes, hours, days, months, weekdays };
}

/** `*`, `5`, `mon`, `1-5`, each with `/step`. */
function valuesOf(part: string, field: (typeof FIELDS)[number]): number[] {
  const bad = () => new BadSchedule(`"${part}" is no ${field.what}: it goes from ${field.least} to ${field.most}`);
  const [, range = '', stepText] = /^([^/]+)(?:\/(\d+))?$/.exec(part) ?? [];
  const [first = '', last] = range.split('-');
  const numberOf = (text: string): number => {
    const named = field.names?.findIndex((name) => text.toLowerCase().startsWith(name)) ?? -1;
    const value = named >= 0 ? named + field.least : /^\d{1,2}$/.test(text) ? Number(text) : Number.NaN;
    if (value >= field.least && value <= field.most) return value;
    throw bad();
  };
  const step = stepText === undefined ? 1 : Number(stepText);
  if (range === '' || step < 1 || range.split('-').length > 2) throw bad();
  const from = first === '*' ? field.least : numberOf(first);
  const alone = first === '*' || stepText !== undefined ? field.most : from;
  const to = last === undefined ? alone : numberOf(last);
  if (to < from || (first === '*' && last !== undefined)) throw bad();
  return Array.from({ length: Math.floor((to - from) / step) + 1 }, (_, index) => from + index * step);
}

const DAY_MS = 86_400_000;

/** The newest occurrence later than `afterMs` and not later than `untilMs`; `undefined`: there is none. */
export function latestOccurrence(
  schedule: Schedule,
  { afterMs, untilMs }: { afterMs: number; untilMs: number },
): number | undefined {
  const dayOf = (ms: number) => Math.floor(ms / DAY_MS) * DAY_MS;
  for (let day = dayOf(untilMs); day >= dayOf(afterMs); day -= DAY_MS) {
    if (!isOn(schedule, new Date(day))) continue;
    const minutes = schedule.hours.flatMap((hour) => schedule.minutes.map((minute) => hour * 60 + minute));
    const latest = minutes.map((minute) => day + minute * 60_000).findLast((at) => at <= untilMs);
    if (latest !== undefined) return latest > afterMs ? latest : undefined;
  }
  return undefined;
}

const isOn = ({ days, months, weekdays }: Schedule, day: Date): boolean =>
  days.includes(day.getUTCDate()) && months.includes(day.getUTCMonth() + 1) && weekdays.includes(day.getUTCDay());
