import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseDuration } from '../../../shared/domain/duration.ts';

test.each([
  ['90s', 90_000],
  ['5m', 300_000],
  ['72h', 259_200_000],
  ['7d', 604_800_000],
  ['0s', 0],
  ['007m', 420_000],
  ['366d', 31_622_400_000],
])('%s is %d milliseconds', (text, milliseconds) => {
  expect(parseDuration(text)).toBe(milliseconds);
});

test.each([
  '',
  '5',
  'm',
  '5 m',
  ' 5m',
  '5M',
  '1.5h',
  '-5m',
  '+5m',
  '1h30m',
  '5min',
  '1w',
  '5m\n',
  '٥m',
  '1e3s',
  '0x5m',
  '367d',
  '9999999999s',
])('%j is no duration', (text) => {
  expect(parseDuration(text)).toBeUndefined();
});

test('a count and a unit give the count times the unit', () => {
  const units = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

  fc.assert(
    fc.property(
      fc.nat({ max: 366 }),
      fc.constantFrom('s' as const, 'm' as const, 'h' as const, 'd' as const),
      (count, unit) => {
        expect(parseDuration(`${count}${unit}`)).toBe(count * units[unit]);
      },
    ),
  );
});
