import { expect, test } from 'vitest';
import { retryAfterSeconds } from '../../shared/retry-after.ts';

const inSeconds = (seconds: number) => Date.now() / 1000 + seconds;

test.each([
  ['90', 90],
  ['0', 0],
  ['-5', 0],
  ['', undefined],
  [undefined, undefined],
  ['soon', undefined],
  ['Thu, 01 Jan 1970 00:00:00 GMT', 0],
  ['1000000000', 0],
])('%j is %s seconds', (header, seconds) => {
  expect(retryAfterSeconds(header)).toBe(seconds);
});

test('a date is the time until then, and so is a number that can only be a time', () => {
  const [date, time] = [new Date(inSeconds(120) * 1000).toUTCString(), String(Math.round(inSeconds(120)))];

  for (const header of [date, time]) {
    const seconds = retryAfterSeconds(header) ?? 0;
    expect(seconds).toBeGreaterThan(115);
    expect(seconds).toBeLessThan(122);
  }
});
