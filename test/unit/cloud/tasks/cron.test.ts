import { describe, expect, it } from 'vitest';
import { latestOccurrence, parseSchedule } from '../../../../local/cloud/tasks/cron.ts';

const at = (time: string) => Date.parse(`${time}:00Z`);
const latest = (schedule: string, after: string, until: string) => {
  const found = latestOccurrence(parseSchedule(schedule), { afterMs: at(after), untilMs: at(until) });
  return found === undefined ? undefined : new Date(found).toISOString().slice(0, 16);
};

describe('the newest occurrence of a schedule', () => {
  it.each([
    ['every minute', '* * * * *', '2026-09-01T10:00', '2026-09-01T10:05', '2026-09-01T10:05'],
    ['a time of the day', '0 21 * * *', '2026-09-01T10:00', '2026-09-03T10:00', '2026-09-02T21:00'],
    ['steps', '*/15 * * * *', '2026-09-01T10:00', '2026-09-01T10:44', '2026-09-01T10:30'],
    ['steps from a start', '5/20 * * * *', '2026-09-01T10:00', '2026-09-01T10:59', '2026-09-01T10:45'],
    ['a range with steps', '0 8-16/4 * * *', '2026-09-01T00:00', '2026-09-01T15:00', '2026-09-01T12:00'],
    ['a list', '0 6,18 * * *', '2026-09-01T00:00', '2026-09-01T17:00', '2026-09-01T06:00'],
    ['a day of the week by its name', '30 9 * * Mon', '2026-08-20T00:00', '2026-09-02T00:00', '2026-08-31T09:30'],
    ['a range of days', '0 9 * * mon-fri', '2026-08-01T00:00', '2026-09-06T12:00', '2026-09-04T09:00'],
    ['Sunday as 0', '0 9 * * 0', '2026-08-01T00:00', '2026-09-07T12:00', '2026-09-06T09:00'],
    ['a month by its name', '0 0 1 jan *', '2020-06-01T00:00', '2026-09-01T00:00', '2026-01-01T00:00'],
    ['the last of February', '0 0 29 2 *', '2020-06-01T00:00', '2026-09-01T00:00', '2024-02-29T00:00'],
    ['a day of month and of week at once', '0 0 13 * fri', '2026-01-01T00:00', '2026-12-01T00:00', '2026-11-13T00:00'],
    ['the limit itself', '0 10 * * *', '2026-09-01T09:59', '2026-09-01T10:00', '2026-09-01T10:00'],
  ])('%s', (_what, schedule, after, until, expected) => {
    expect(latest(schedule, after, until)).toBe(expected);
  });

  it('is none when there is none, and the beginning does not count', () => {
    expect(latest('0 10 * * *', '2026-09-01T10:00', '2026-09-02T09:59')).toBeUndefined();
    expect(latest('0 0 31 2 *', '2020-01-01T00:00', '2026-09-01T00:00')).toBeUndefined();
  });
});

it.each([
  ['* * * *', '4 fields'],
  ['* * * * * *', '6 fields'],
  ['60 * * * *', '"60" is no minute: it goes from 0 to 59'],
  ['* 24 * * *', '"24" is no hour'],
  ['* * 0 * *', '"0" is no day: it goes from 1 to 31'],
  ['* * * 13 *', '"13" is no month'],
  ['* * * * 7', '"7" is no day of the week: it goes from 0 to 6'],
  ['*/0 * * * *', '"*/0" is no minute'],
  ['5-1 * * * *', '"5-1" is no minute'],
  ['1-2-3 * * * *', '"1-2-3" is no minute'],
  ['a * * * *', '"a" is no minute'],
  ['*-5 * * * *', '"*-5" is no minute'],
  ['1,,2 * * * *', '"" is no minute'],
])('the schedule %s is refused', (schedule, message) => {
  expect(() => parseSchedule(schedule)).toThrow(message);
});
