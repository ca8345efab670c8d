/** `now` and `date`: the time of the run, and Go's way to say how a time is written (https://pkg.go.dev/time#Layout). All in UTC. */
import { stringOf, takes, wrong, type TemplateFunction } from './arguments.ts';
import type { Value } from '../value.ts';

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  ...['January', 'February', 'March', 'April', 'May', 'June'],
  ...['July', 'August', 'September', 'October', 'November', 'December'],
];

export const timeFunctions = ({ nowMs }: { nowMs: number }): Record<string, TemplateFunction> => ({
  now: takes(0, () => new Date(nowMs)),
  date: takes(2, (layout, time) => written(stringOf(layout), dateOf(time))),
});

/** Sprig takes a time, or seconds since 1970. */
function dateOf(value: Value): Date {
  if (value instanceof Date) return value;
  if (typeof value === 'number') return new Date(value * 1000);
  throw wrong('time', value);
}

/** The longest first, as one may begin another. */
const PARTS = /January|Jan|Monday|Mon|MST|2006|Z07:00|-07:00|-0700|\.0+|PM|pm|01|02|03|04|05|06|15|1|2|3|4|5/g;

const written = (layout: string, time: Date): string => layout.replaceAll(PARTS, (part) => partOf(part, time));

function partOf(part: string, time: Date): string {
  const [year, month, day] = [time.getUTCFullYear(), time.getUTCMonth(), time.getUTCDate()];
  const [hour, minute, second] = [time.getUTCHours(), time.getUTCMinutes(), time.getUTCSeconds()];
  const two = (number: number) => String(number).padStart(2, '0');
  const twelve = hour % 12 === 0 ? 12 : hour % 12;
  const parts: Record<string, string | number> = {
    ...{ '2006': year, '06': two(year % 100), '01': two(month + 1), '1': month + 1, '02': two(day), '2': day },
    ...{ '15': two(hour), '03': two(twelve), '3': twelve, '04': two(minute), '4': minute },
    ...{ '05': two(second), '5': second, PM: hour < 12 ? 'AM' : 'PM', pm: hour < 12 ? 'am' : 'pm' },
    ...{ January: MONTHS[month] ?? '', Jan: (MONTHS[month] ?? '').slice(0, 3) },
    ...{ Monday: DAYS[time.getUTCDay()] ?? '', Mon: (DAYS[time.getUTCDay()] ?? '').slice(0, 3) },
    ...{ MST: 'UTC', 'Z07:00': 'Z', '-07:00': '+00:00', '-0700': '+0000' },
  };
  if (part.startsWith('.0')) {
    return `.${String(time.getUTCMilliseconds())
      .padStart(3, '0')
      .padEnd(9, '0')
      .slice(0, part.length - 1)}`;
  }
  return String(parts[part] ?? part);
}
