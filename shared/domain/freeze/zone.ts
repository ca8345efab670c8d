/**
 * What a clock on the wall of a time zone shows, and when it shows it; from `Intl`, which has the rules of daylight saving.
 *
 * A wall time is written as the epoch milliseconds at which a clock in UTC shows the same.
 */

export interface Zone {
  /** What the wall shows at an instant. */
  wallAt(instant: number): number;
  /**
   * When the wall shows this. What it shows twice (the clock is put back) and what it never shows (the clock is put forward) has two readings:
   * the `earliest` or the `latest` of them.
   */
  instantOf(wall: number, reading: 'earliest' | 'latest'): number;
}

/** Zones change their offset by less than this, and no zone changes it twice within two days. */
const DAY_MS = 86_400_000;

/** Throws a `RangeError` for a name that is no IANA time zone. */
export function zoneOf(name: string): Zone {
  const format = formatOf(name);
  const wallAt = (instant: number): number => {
    const parts = new Map(format.formatToParts(instant).map(({ type, value }) => [type, Number(value)]));
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.get(type) ?? 0;
    const date = [part('year'), part('month') - 1, part('day')] as const;
    return Date.UTC(...date, part('hour'), part('minute'), part('second')) + (((instant % 1000) + 1000) % 1000);
  };
  return {
    wallAt,
    instantOf(wall, reading) {
      const offsets = [wall - DAY_MS, wall + DAY_MS].map((around) => wallAt(around) - around);
      const readings = offsets.map((offset) => wall - offset);
      const shown = readings.filter((instant) => wallAt(instant) === wall);
      const found = shown.length > 0 ? shown : readings;
      return reading === 'earliest' ? Math.min(...found) : Math.max(...found);
    },
  };
}

/** Making one takes far longer than asking it, and it is the same each time. */
const formats = new Map<string, Intl.DateTimeFormat>();

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  });
  formats.set(timeZone, format);
  return format;
}

export function isZone(name: string): boolean {
  try {
    return formatOf(name).resolvedOptions().timeZone !== '';
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}
