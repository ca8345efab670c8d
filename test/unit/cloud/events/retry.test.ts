import { expect, test } from 'vitest';
import { afterAttempt } from '../../../../local/cloud/events/retry.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const AT = 1_700_000_000_000;

const attempted = (change: Partial<Parameters<typeof afterAttempt>[0]>) =>
  afterAttempt({
    status: 500,
    attempts: 1,
    at: AT,
    expiresAt: AT + 24 * HOUR,
    maxAttempts: 30,
    notRetried: [400, 403],
    ...change,
  });

test.each([200, 201, 202, 203, 204])('takes %i as delivered', (status) => {
  expect(attempted({ status })).toEqual({ kind: 'delivered' });
});

test.each([205, 301, 302, 307, 418, 429, 500, 502])(
  'takes %i as a failure, to be tried again after 10 seconds',
  (status) => {
    expect(attempted({ status })).toEqual({ kind: 'retry', at: AT + 10 * SECOND });
  },
);

test.each([400, 403])('does not try again after %i, which another attempt cannot mend', (status) => {
  expect(attempted({ status })).toEqual({ kind: 'dead-letter', reason: 'NotRetried' });
});

test.each([
  [404, 5 * MINUTE],
  [408, 2 * MINUTE],
  [503, 30 * SECOND],
])('waits longer after %i', (status, waitMs) => {
  expect(attempted({ status })).toEqual({ kind: 'retry', at: AT + waitMs });
});

test('waits by the schedule when that is longer than what the answer asks for', () => {
  expect(attempted({ status: 503, attempts: 4 })).toEqual({ kind: 'retry', at: AT + 5 * MINUTE });
});

test.each([
  [1, 10 * SECOND],
  [2, 30 * SECOND],
  [3, MINUTE],
  [4, 5 * MINUTE],
  [5, 10 * MINUTE],
  [6, 30 * MINUTE],
  [7, HOUR],
  [8, 3 * HOUR],
  [9, 6 * HOUR],
  [10, 12 * HOUR],
  [11, 12 * HOUR],
])('waits after attempt %i without an answer for %i ms', (attempts, waitMs) => {
  expect(attempted({ status: undefined, attempts })).toEqual({ kind: 'retry', at: AT + waitMs });
});

test('gives up after the last attempt that the subscription allows', () => {
  expect(attempted({ attempts: 4, maxAttempts: 5 }).kind).toBe('retry');
  expect(attempted({ attempts: 5, maxAttempts: 5 })).toEqual({
    kind: 'dead-letter',
    reason: 'MaxDeliveryAttemptsExceeded',
  });
});

test('does not wait beyond the time to live', () => {
  expect(attempted({ attempts: 6, expiresAt: AT + 2 * MINUTE })).toEqual({ kind: 'retry', at: AT + 2 * MINUTE });
});
