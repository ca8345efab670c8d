import { expect, test } from 'vitest';
import { parseSchedule } from '../../../local/host/timers/ncrontab.ts';

const next = (schedule: string, after: string) =>
  new Date(parseSchedule(schedule).next(Date.parse(after))).toISOString();

test.each([
  ['* * * * * *', '2026-03-02T10:00:00.000Z', '2026-03-02T10:00:01.000Z'],
  ['0 */5 * * * *', '2026-03-02T10:02:30.500Z', '2026-03-02T10:05:00.000Z'],
  ['0 */5 * * * *', '2026-03-02T10:05:00.000Z', '2026-03-02T10:10:00.000Z'],
  ['30 0 9-17 * * 1-5', '2026-03-06T17:00:30.000Z', '2026-03-09T09:00:30.000Z'],
  ['0 0,30 8 * * *', '2026-12-31T08:30:00.000Z', '2027-01-01T08:00:00.000Z'],
  ['0 5/20 * * * *', '2026-03-02T10:26:00.000Z', '2026-03-02T10:45:00.000Z'],
  ['0 0 0 29 2 *', '2026-03-01T00:00:00.000Z', '2028-02-29T00:00:00.000Z'],
  ['0 0 12 13 * 5', '2026-03-14T00:00:00.000Z', '2026-11-13T12:00:00.000Z'],
])('%s after %s is %s', (schedule, after, expected) => {
  expect(next(schedule, after)).toBe(expected);
});

test.each([
  ['* * * * *', 'does not have six fields'],
  ['00:05:00', 'does not have six fields'],
  ['60 * * * * *', '"60" is not a second (0-59)'],
  ['0 0 24 * * *', '"24" is not a hour (0-23)'],
  ['0 0 0 * * MON', '"MON" is not a day of week (0-6)'],
  ['0 9-5 * * * *', '"9-5" is not a minute'],
  ['0 */0 * * * *', '"*/0" is not a minute'],
])('refuses %s', (schedule, reason) => {
  expect(() => parseSchedule(schedule)).toThrow(reason);
});

test('says so when a schedule never occurs', () => {
  expect(() => next('0 0 0 30 2 *', '2026-01-01T00:00:00.000Z')).toThrow('never occurs');
});
