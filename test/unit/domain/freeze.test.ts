/** When a window of the policy freezes, until when, and what the clock's changes do to it. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { frozenAt, LONGEST_FREEZE_MS, type FreezeWindow, type PersonFreeze } from '../../../shared/domain/freeze.ts';
import { zoneOf } from '../../../shared/domain/freeze/zone.ts';
import { freeze } from '../../../shared/domain/policy/freeze-window.ts';

type Written = { from: string; to: string; zone?: string };
const windows = (...written: Written[]): FreezeWindow[] => freeze.parse(written);
const until = (written: Written[], now: string, person?: PersonFreeze) => {
  const frozen = frozenAt({ windows: windows(...written), person }, Date.parse(now));
  return frozen && new Date(frozen.until).toISOString().replace(':00.000Z', 'Z');
};

const WEEKEND = { from: 'Fri 16:00', to: 'Mon 08:00', zone: 'Europe/Berlin' };
const CHRISTMAS = { from: '2026-12-24', to: '2027-01-02', zone: 'Europe/Berlin' };

describe('a window of every week', () => {
  test.each([
    ['has not begun a minute before', '2026-11-27T14:59Z', undefined],
    ['has begun at its first minute', '2026-11-27T15:00Z', '2026-11-30T07:00Z'],
    ['goes on over the end of the week', '2026-11-29T23:30Z', '2026-11-30T07:00Z'],
    ['is over at its last minute', '2026-11-30T07:00Z', undefined],
    ['ends an hour less late when the clock is put forward in it', '2026-03-28T12:00Z', '2026-03-30T06:00Z'],
    ['ends an hour later when the clock is put back in it', '2026-10-24T12:00Z', '2026-10-26T07:00Z'],
    ['follows the summer', '2026-07-03T14:00Z', '2026-07-06T06:00Z'],
  ])('%s', (_, now, end) => expect(until([WEEKEND], now)).toBe(end));

  test.each([
    ['a day without a time is that day', { from: 'Sat', to: 'Sat' }, '2026-11-28T23:59Z', '2026-11-29T00:00Z'],
    ['two days without a time are both', { from: 'Sat', to: 'Sun' }, '2026-11-28T00:00Z', '2026-11-30T00:00Z'],
    [
      'it may go round to the day it began',
      { from: 'Fri 16:00', to: 'Fri 08:00' },
      '2026-11-27T16:00Z',
      '2026-12-04T08:00Z',
    ],
    ['without a zone it is in UTC', { from: 'Fri 16:00', to: 'Fri 18:00' }, '2026-11-27T16:30Z', '2026-11-27T18:00Z'],
    [
      'far in the east',
      { from: 'Mon', to: 'Mon', zone: 'Pacific/Kiritimati' },
      '2026-11-29T10:00Z',
      '2026-11-30T10:00Z',
    ],
    ['far in the west', { from: 'Mon', to: 'Mon', zone: 'Pacific/Niue' }, '2026-11-30T11:00Z', '2026-12-01T11:00Z'],
    [
      'by half an hour',
      { from: 'Mon 09:00', to: 'Mon 10:00', zone: 'Asia/Kolkata' },
      '2026-11-30T03:30Z',
      '2026-11-30T04:30Z',
    ],
  ])('%s', (_, window, now, end) => expect(until([window], now)).toBe(end));
});

describe('an end of a window where the clock is changed', () => {
  // In Berlin the clock goes from 02:00 to 03:00 on 29 March 2026 at 01:00Z, and from 03:00 to 02:00 on 25 October at 01:00Z.
  const spring = { from: 'Sun 02:30', to: 'Sun 05:00', zone: 'Europe/Berlin' };
  const untilSpring = { from: 'Sat 12:00', to: 'Sun 02:30', zone: 'Europe/Berlin' };
  test.each([
    ['begins at the earlier reading of a time that is skipped', spring, '2026-03-29T00:30Z', '2026-03-29T03:00Z'],
    ['has not begun before it', spring, '2026-03-29T00:29Z', undefined],
    ['ends at the later reading of a time that is skipped', untilSpring, '2026-03-29T01:29Z', '2026-03-29T01:30Z'],
    ['begins at the first of a time that comes twice', spring, '2026-10-25T00:30Z', '2026-10-25T04:00Z'],
    ['ends at the second of a time that comes twice', untilSpring, '2026-10-25T00:45Z', '2026-10-25T01:30Z'],
    ['is not over between the two', untilSpring, '2026-10-25T01:15Z', '2026-10-25T01:30Z'],
  ])('%s', (_, window, now, end) => expect(until([window], now)).toBe(end));
});

describe('a window of dates', () => {
  test.each([
    ['begins with its first day', '2026-12-23T22:59Z', undefined],
    ['is there on its first day', '2026-12-23T23:00Z', '2027-01-02T23:00Z'],
    ['ends with its last day', '2027-01-02T22:59Z', '2027-01-02T23:00Z'],
    ['does not come again', '2027-12-26T12:00Z', undefined],
  ])('%s', (_, now, end) => expect(until([CHRISTMAS], now)).toBe(end));

  it('may begin and end at a time', () => {
    const window = { from: '2026-12-24 18:00', to: '2026-12-27 06:00', zone: 'America/New_York' };

    expect(until([window], '2026-12-24T22:59Z')).toBeUndefined();
    expect(until([window], '2026-12-24T23:00Z')).toBe('2026-12-27T11:00Z');
  });
});

describe('several windows', () => {
  it('are one where they overlap', () => {
    // 2 January 2027 is a Saturday: the weekend takes over.
    expect(until([WEEKEND, CHRISTMAS], '2026-12-24T12:00Z')).toBe('2027-01-04T07:00Z');
  });

  it('are one where they touch', () => {
    const touching = [WEEKEND, { from: 'Mon 08:00', to: 'Mon 12:00', zone: 'Europe/Berlin' }];

    expect(until(touching, '2026-11-28T12:00Z')).toBe('2026-11-30T11:00Z');
  });

  it('freeze with a person’s freeze as one, and the person is named', () => {
    const person = {
      by: 'ada',
      why: 'black friday',
      at: Date.parse('2026-11-26T12:00Z'),
      until: Date.parse('2026-11-27T18:00Z'),
    };

    expect(until([WEEKEND], '2026-11-26T13:00Z', person)).toBe('2026-11-30T07:00Z');
    expect(frozenAt({ windows: windows(WEEKEND), person }, person.at)?.why).toBe('by ada: black friday');
    expect(frozenAt({ windows: windows(WEEKEND), person }, person.until)?.why).toBe(
      'by the policy: Fri 16:00 to Mon 08:00 (Europe/Berlin)',
    );
  });
});

const ZONES = ['UTC', 'Europe/Berlin', 'America/New_York', 'Australia/Lord_Howe', 'Asia/Kolkata', 'Africa/Casablanca'];
const DAY_NAMES = ['Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat', 'Sun'];
const time = fc.integer({ min: 0, max: 24 * 60 }).map((n) => `${pad(Math.floor(n / 60))}:${pad(n % 60)}`);
const pad = (n: number) => String(n).padStart(2, '0');
const weekly = fc
  .record({
    from: fc.tuple(fc.constantFrom(...DAY_NAMES), time).map((end) => end.join(' ')),
    to: fc.tuple(fc.constantFrom(...DAY_NAMES), time).map((end) => end.join(' ')),
    zone: fc.constantFrom(...ZONES),
  })
  .filter((window) => freeze.safeParse([window]).success);
const date = fc.integer({ min: 0, max: 700 }).map((n) => new Date(Date.UTC(2026, 0, 1 + n)).toISOString().slice(0, 10));
const dates = fc.record({ from: date, to: date, zone: fc.constantFrom(...ZONES) }).filter(({ from, to }) => from <= to);
/** Around the clock changes more often than not. */
const instant = fc.oneof(
  fc.integer({ min: Date.UTC(2026, 0, 1), max: Date.UTC(2027, 11, 31) }),
  fc
    .tuple(
      fc.constantFrom('2026-03-29T01:00Z', '2026-10-25T01:00Z', '2026-11-01T06:00Z', '2026-04-04T15:00Z'),
      fc.integer({ min: -180, max: 180 }),
    )
    .map(([change, minutes]) => Date.parse(change) + minutes * 60_000),
);

describe('over the changes of the clock, in every zone, a freeze', () => {
  it('ends: not before now, not later than what is looked at, and at its end nothing is frozen', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(weekly, dates), { minLength: 1, maxLength: 3 }), instant, (written, now) => {
        const frozen = frozenAt({ windows: windows(...written) }, now);
        if (!frozen) return;
        expect(frozen.until).toBeGreaterThan(now);
        if (frozen.until - now >= LONGEST_FREEZE_MS) return;
        expect(frozenAt({ windows: windows(...written) }, frozen.until)).toBeUndefined();
        expect(frozenAt({ windows: windows(...written) }, frozen.until - 1)?.until).toBe(frozen.until);
      }),
      { numRuns: 100 },
    );
  });

  it('is there exactly when one of its windows is: they are one, and never more than they are', () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(weekly, dates), { maxLength: 4 }), instant, (written, now) => {
        const each = written.map((window) => frozenAt({ windows: windows(window) }, now)?.until ?? 0);
        const together = frozenAt({ windows: windows(...written) }, now);
        expect(together !== undefined).toBe(each.some((one) => one > 0));
        if (together) expect(together.until).toBeGreaterThanOrEqual(Math.max(...each));
      }),
      { numRuns: 100 },
    );
  });

  it('is there whenever the wall shows its beginning, also the time that is shown twice or skipped', () => {
    fc.assert(
      fc.property(weekly, fc.integer({ min: 0, max: 100 }), (window, week) => {
        const { instantOf } = zoneOf(window.zone);
        const [day = '', clock = ''] = window.from.split(' ');
        const [hours = 0, minutes = 0] = clock.split(':').map(Number);
        const monday = Date.UTC(2026, 0, 5 + 7 * week);
        const wall = monday + (DAY_NAMES.indexOf(day) * 1440 + hours * 60 + minutes) * 60_000;
        for (const reading of ['earliest', 'latest'] as const)
          expect(frozenAt({ windows: windows(window) }, instantOf(wall, reading))).toBeDefined();
      }),
      { numRuns: 100 },
    );
  });
});
