/**
 * How long and how often the SDK clients ask.
 *
 * Their own retry policy repeats a POST whose answer was lost, which starts a second run, and sits out a `Retry-After` of any length,
 * which keeps an activity busy for an hour. So it is turned off for this one: few tries, short pauses, and only what may be repeated.
 */
import type { CommonClientOptions } from '@azure/core-client';
import {
  retryPolicy,
  type PipelinePolicy,
  type PipelineResponse,
  type RestError,
  type RetryStrategy,
} from '@azure/core-rest-pipeline';
import { retryAfterSeconds } from '../retry-after.ts';
import { CALL_DEADLINE_SECONDS, CALL_TRIES, LONGEST_PAUSE_SECONDS } from './limits.ts';

const REPEATABLE = new Set(['GET', 'HEAD', 'PUT', 'DELETE', 'PATCH']);
const FIRST_PAUSE_MS = 500;

const strategy: RetryStrategy = {
  name: 'gatedImportRetryStrategy',
  retry({ retryCount, response, responseError }) {
    if (!mayRepeat(response, responseError)) return { skipStrategy: true };
    const asked = retryAfterSeconds(response?.headers.get('retry-after'));
    if (asked === undefined) return { retryAfterInMs: FIRST_PAUSE_MS * 2 ** retryCount };
    return asked > LONGEST_PAUSE_SECONDS ? { skipStrategy: true } : { retryAfterInMs: asked * 1000 };
  },
};

function mayRepeat(response: PipelineResponse | undefined, error: RestError | undefined): boolean {
  const method = (response?.request ?? error?.request)?.method ?? 'POST';
  // A throttled request was not carried out, so it may be repeated whatever it is.
  if (response?.status === 429) return true;
  if (!REPEATABLE.has(method)) return false;
  return response ? response.status === 408 || response.status >= 500 : error !== undefined;
}

/** Ends a call, its repetitions included. */
export const deadlinePolicy = (deadlineSeconds: number): PipelinePolicy => ({
  name: 'gatedImportDeadlinePolicy',
  sendRequest(request, next) {
    const signals = [AbortSignal.timeout(deadlineSeconds * 1000)];
    if (request.abortSignal instanceof AbortSignal) signals.push(request.abortSignal);
    request.abortSignal = AbortSignal.any(signals);
    return next(request);
  },
});

export const patience = ({ deadlineSeconds = CALL_DEADLINE_SECONDS }: { deadlineSeconds?: number } = {}) =>
  ({
    retryOptions: { maxRetries: 0 },
    additionalPolicies: [
      { policy: deadlinePolicy(deadlineSeconds), position: 'perCall' },
      { policy: retryPolicy([strategy], { maxRetries: CALL_TRIES - 1 }), position: 'perCall' },
    ],
    userAgentOptions: { userAgentPrefix: 'gated-import' },
  }) satisfies CommonClientOptions;
