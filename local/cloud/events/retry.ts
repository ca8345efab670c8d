/** What becomes of an event after one attempt to deliver it: Event Grid's retry policy, as a pure function. */
import { LATER_RETRIES_EVERY_MS, RETRY_DELAYS_MS, SHORTEST_RETRY_MS, SUCCESS_STATUS } from './limits.ts';

export interface Attempted {
  /** The status the endpoint answered; `undefined` when it did not answer. */
  status: number | undefined;
  /** Attempts so far, this one included. */
  attempts: number;
  /** Epoch milliseconds. */
  at: number;
  expiresAt: number;
  maxAttempts: number;
  /** Statuses that another attempt cannot mend. */
  notRetried: readonly number[];
}

export type Next =
  | { kind: 'delivered' }
  /** At `expiresAt` at the latest, when it is given up without another attempt. */
  | { kind: 'retry'; at: number }
  | { kind: 'dead-letter'; reason: 'NotRetried' | 'MaxDeliveryAttemptsExceeded' };

export function afterAttempt({ status, attempts, at, expiresAt, maxAttempts, notRetried }: Attempted): Next {
  if (status !== undefined && SUCCESS_STATUS.includes(status)) return { kind: 'delivered' };
  if (status !== undefined && notRetried.includes(status)) return { kind: 'dead-letter', reason: 'NotRetried' };
  if (attempts >= maxAttempts) return { kind: 'dead-letter', reason: 'MaxDeliveryAttemptsExceeded' };

  const scheduledMs = RETRY_DELAYS_MS[attempts - 1] ?? LATER_RETRIES_EVERY_MS;
  const shortestMs = status === undefined ? 0 : (SHORTEST_RETRY_MS[status] ?? 0);
  return { kind: 'retry', at: Math.min(at + Math.max(scheduledMs, shortestMs), expiresAt) };
}
