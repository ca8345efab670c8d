/**
 * When nothing is promoted, built or deployed: windows of the policy, and what a person freezes until a time. Pure; windows that overlap or
 * touch are one.
 *
 * A window is never shorter than its wall clock says: where the clock is put forward or back at one of its ends, it begins at the earliest
 * reading of that time and ends at the latest.
 */
import { z } from 'zod';
import { zoneOf, type Zone } from './freeze/zone.ts';
import { person, sayWho } from './person.ts';

export const DAYS = ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'] as const;

/** Minutes of the day; 1440 is its end. */
const minute = z.number();
const weekly = z.object({
  kind: z.literal('weekly'),
  from: z.object({ day: z.enum(DAYS), minute }),
  to: z.object({ day: z.enum(DAYS), minute }),
  zone: z.string(),
});
const dates = z.object({
  kind: z.literal('dates'),
  /** `2026-12-24` */
  from: z.object({ date: z.string(), minute }),
  to: z.object({ date: z.string(), minute }),
  zone: z.string(),
});
export const freezeWindow = z.discriminatedUnion('kind', [weekly, dates]);
export type FreezeWindow = z.infer<typeof freezeWindow>;
type Weekly = z.infer<typeof weekly>;

/** Of a person, on everything. It ends by itself. */
export const personFreeze = z.object({ ...person, until: z.number() });
export type PersonFreeze = z.infer<typeof personFreeze>;

/** All that may freeze a thing. */
export const freezes = z.object({ windows: z.array(freezeWindow).optional(), person: personFreeze.optional() });
export type Freezes = z.infer<typeof freezes>;

export interface Frozen {
  /** When the last of what freezes it without a gap ends. */
  until: number;
  /** What freezes it now, for a person. */
  why: string;
}

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
export const WEEK_MS = 7 * DAY_MS;

/** Windows that leave no gap for so long are looked at again then. */
export const LONGEST_FREEZE_MS = 366 * DAY_MS;

interface Span {
  why: string;
  /** The end of the occurrence that an instant lies in; `undefined` when it lies in none. */
  endAt(instant: number): number | undefined;
}

/** `now` in epoch milliseconds. `undefined`: nothing freezes it now. */
export function frozenAt({ windows = [], person }: Freezes, now: number): Frozen | undefined {
  const spans = [...(person ? [spanOfPerson(person)] : []), ...windows.map(spanOfWindow)];
  const first = spans.find(({ endAt }) => endAt(now) !== undefined);
  if (!first) return undefined;

  let until = now;
  while (until - now < LONGEST_FREEZE_MS) {
    const ends = spans.flatMap(({ endAt }) => endAt(until) ?? []);
    if (ends.length === 0) break;
    until = Math.max(...ends);
  }
  return { until, why: first.why };
}

/** It is there as soon as it is written, whatever the clock of the one who asks shows. */
const spanOfPerson = (freeze: PersonFreeze): Span => ({
  why: `by ${sayWho(freeze)}: ${freeze.why}`,
  endAt: (instant) => (instant < freeze.until ? freeze.until : undefined),
});

function spanOfWindow(window: FreezeWindow): Span {
  const zone = zoneOf(window.zone);
  return {
    why: `by the policy: ${sayWindow(window)}`,
    endAt: (instant) =>
      occurrencesNear(window, zone, instant).find(({ from, to }) => from <= instant && instant < to)?.to,
  };
}

interface Occurrence {
  from: number;
  to: number;
}

/** Of what comes every week those of the weeks before and after too: one may have begun in the week before, or by another offset. */
function occurrencesNear(window: FreezeWindow, zone: Zone, instant: number): Occurrence[] {
  if (window.kind === 'dates') return [occurrence(zone, wallOf(window.from), wallOf(window.to))];
  const { from } = window;
  const begun = startOfWeek(zone.wallAt(instant)) + DAYS.indexOf(from.day) * DAY_MS + from.minute * MINUTE_MS;
  const length = weeklyLength(window);
  return [-WEEK_MS, 0, WEEK_MS].map((shift) => occurrence(zone, begun + shift, begun + shift + length));
}

const occurrence = (zone: Zone, from: number, to: number): Occurrence => ({
  from: zone.instantOf(from, 'earliest'),
  to: zone.instantOf(to, 'latest'),
});

/** On the wall, in milliseconds. The same time at both ends is a whole week. */
export function weeklyLength({ from, to }: Pick<Weekly, 'from' | 'to'>): number {
  const days = DAYS.indexOf(to.day) - DAYS.indexOf(from.day);
  const length = days * DAY_MS + (to.minute - from.minute) * MINUTE_MS;
  return length > 0 ? length : length + WEEK_MS;
}

/** The epoch began on a Thursday. */
const startOfWeek = (wall: number): number => {
  const day = Math.floor(wall / DAY_MS);
  return (day - ((((day + 4) % 7) + 7) % 7)) * DAY_MS;
};

export const wallOf = ({ date, minute: past }: { date: string; minute: number }): number =>
  Date.parse(`${date}T00:00:00Z`) + past * MINUTE_MS;

/** `Fri 16:00 to Mon 08:00 (Europe/Berlin)` */
export function sayWindow({ from, to, zone }: FreezeWindow): string {
  const say = (end: FreezeWindow['from']) => `${'day' in end ? end.day : end.date} ${sayMinute(end.minute)}`;
  return `${say(from)} to ${say(to)} (${zone})`;
}

const sayMinute = (past: number): string =>
  `${String(Math.floor(past / 60)).padStart(2, '0')}:${String(past % 60).padStart(2, '0')}`;
