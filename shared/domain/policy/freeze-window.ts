/**
 * Reads `freeze`: a list of windows, each every week (`Fri 16:00` to `Mon 08:00`) or once (`2026-12-24` to `2027-01-02`), in a time zone. Without
 * a time of the day a window begins with its first day and ends with its last.
 */
import { z } from 'zod';
import { DAYS, frozenAt, LONGEST_FREEZE_MS, sayWindow, wallOf, WEEK_MS, weeklyLength } from '../freeze.ts';
import type { FreezeWindow } from '../freeze.ts';
import { isZone } from '../freeze/zone.ts';
import { didYouMean } from './did-you-mean.ts';
import type { Place } from './place.ts';
import { onlyKeys } from './schemas.ts';

const END_RULE = 'write a day and a time, such as "Fri 16:00", or a date, such as "2026-12-24" or "2026-12-24 18:00"';
const END = /^(?:(?<day>[A-Z][a-z]{2})|(?<date>\d{4}-\d\d-\d\d))(?: (?<hour>\d\d):(?<minute>\d\d))?$/;
const MOST_WINDOWS = 50;

type End = { day: (typeof DAYS)[number]; minute?: number } | { date: string; minute?: number };

const end = z
  .string(END_RULE)
  .transform((text, context): End => {
    const parsed = parseEnd(text);
    if (parsed) return parsed;
    context.issues.push({ code: 'custom', message: `"${text}" is no end of a window; ${END_RULE}`, input: text });
    return z.NEVER;
  })
  .meta({ title: 'day or date, and time' });

const zone = z.string('name a time zone, such as Europe/Berlin').superRefine((name, context) => {
  if (isZone(name)) return;
  const near = didYouMean(name, Intl.supportedValuesOf('timeZone'));
  context.addIssue(`"${name}" is no time zone, such as Europe/Berlin or UTC.${near.startsWith(' Did') ? near : ''}`);
});

export const freezeFields = {
  from: end.meta({ description: 'when it begins', examples: ['Fri 16:00'] }),
  to: end.meta({
    description: 'when it ends; a day without a time is frozen to its end',
    examples: ['Mon 08:00'],
  }),
  zone: zone.default('UTC').meta({ description: 'the time zone of both', examples: ['Europe/Berlin'] }),
};

const window = z
  .strictObject(freezeFields, onlyKeys('from', 'to', 'zone'))
  .transform(({ from, to, zone: name }, context): FreezeWindow => {
    const problem = (message: string) => {
      context.issues.push({ code: 'custom', message, input: { from, to } });
      return z.NEVER;
    };
    if ('day' in from && 'day' in to) {
      const ends = { from: { day: from.day, minute: startOf(from) }, to: { day: to.day, minute: endOf(to) } };
      if (weeklyLength(ends) < WEEK_MS) return { kind: 'weekly', ...ends, zone: name };
      return problem('it is a whole week, so it never ends; to stop for longer, use a hold');
    }
    if ('date' in from && 'date' in to) {
      const ends = { from: { date: from.date, minute: startOf(from) }, to: { date: to.date, minute: endOf(to) } };
      const once: FreezeWindow = { kind: 'dates', ...ends, zone: name };
      return wallOf(ends.from) < wallOf(ends.to) ? once : problem(`it ends before it begins: ${sayWindow(once)}`);
    }
    return problem('one end is a day of the week, the other a date; take one kind for both');
  });

const startOf = ({ minute = 0 }: End) => minute;
const endOf = ({ minute = 1440 }: End) => minute;

export const freeze = z
  .array(window)
  .max(MOST_WINDOWS, `${MOST_WINDOWS} windows are the most`)
  .meta({
    title: 'list of windows',
    description:
      'when nothing is promoted or deployed; intake and checks go on, and a person may override it for one digest',
    examples: [[{ from: 'Fri 16:00', to: 'Mon 08:00', zone: 'Europe/Berlin' }]],
  });

/** The windows at the top of a file and those of one of its things, which may leave no gap only together. */
export function joined(place: Place, atTop: FreezeWindow[], own: FreezeWindow[] = []): FreezeWindow[] {
  const all = [...atTop, ...own];
  if (own.length > 0 && neverEnds(all)) {
    place.child('freeze').problem('freeze: together the windows never end; leave a gap, or use a hold instead.');
  }
  return all;
}

/** Windows that together leave no gap for a year, so that nothing would ever be promoted. */
const neverEnds = (windows: FreezeWindow[]): boolean => {
  const everyWeek = windows.filter(({ kind }) => kind === 'weekly');
  return (frozenAt({ windows: everyWeek }, SOME_SUNDAY)?.until ?? 0) - SOME_SUNDAY >= LONGEST_FREEZE_MS;
};
const SOME_SUNDAY = Date.UTC(2026, 0, 4);

function parseEnd(text: string): End | undefined {
  const parts = END.exec(text)?.groups;
  if (!parts) return undefined;
  const { day, date, hour, minute: past } = parts as Partial<Record<'day' | 'date' | 'hour' | 'minute', string>>;
  const minute = hour === undefined ? undefined : Number(hour) * 60 + Number(past);
  if (minute !== undefined && (minute > 1440 || Number(past) > 59)) return undefined;
  const time = minute === undefined ? {} : { minute };
  if (date !== undefined) return isDate(date) ? { date, ...time } : undefined;
  const name = DAYS.find((one) => one === day);
  return name && { day: name, ...time };
}

/** 2026-02-30 is none, though `Date` reads it. */
function isDate(text: string): boolean {
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}
