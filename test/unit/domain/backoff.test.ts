import { describe, expect, test } from 'vitest';
import { backoffMs, watchSeconds } from '../../../shared/domain/backoff.ts';

describe('trouble rests', () => {
  test.each([
    ['a minute at first', 1, 1],
    ['two after the second failure', 2, 2],
    ['32 after the sixth', 6, 32],
    ['an hour after the seventh', 7, 60],
    ['an hour after a thousand', 1_000, 60],
    ['a minute when nothing was counted', 0, 1],
  ])('%s', (_, failures, minutes) => expect(backoffMs(failures)).toBe(minutes * 60_000));
});

describe('what runs is looked at', () => {
  test.each([
    ['every 2 seconds at first', 0, 2],
    ['every 2 seconds for the first 20', 20_000, 2],
    ['every 6 after a minute', 60_000, 6],
    ['every 30 after five minutes', 300_000, 30],
    ['every 30 after a day', 86_400_000, 30],
    ['every 2 seconds when the clocks disagree', -5_000, 2],
  ])('%s', (_, elapsedMs, seconds) => expect(watchSeconds(elapsedMs)).toBe(seconds));
});
