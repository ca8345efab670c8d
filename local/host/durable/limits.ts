/** Numbers of the Durable Functions extension that stories meet. */

/** A longer timer is cut into legs. Azure Storage provider, "Timers in Durable Functions": six days. */
export const MAXIMUM_SHORT_TIMER_MS = 6 * 86_400_000;
export const MAXIMUM_SHORT_TIMER = '6.00:00:00';

/** Length of such a leg: three days, as above. */
export const LONG_TIMER_LEG_MS = 3 * 86_400_000;
export const LONG_TIMER_LEG = '3.00:00:00';

/** `RetryOptions`: what a delay is capped at when the app gives no cap. DurableTask.Core `RetryOptions.MaxRetryInterval`, held to the longest timer. */
export const DEFAULT_MAXIMUM_RETRY_MS = 6 * 86_400_000;

/** "Custom orchestration status in Durable Functions": 16 KB of UTF-16 text. */
export const MAXIMUM_CUSTOM_STATUS_BYTES = 16 * 1024;

/** `OrchestrationClient.StartNewAsync` of the extension. */
export const MAXIMUM_INSTANCE_ID_LENGTH = 100;

/** `maxConcurrentActivityFunctions` when nothing is said. */
export const DEFAULT_CONCURRENT_ACTIVITIES = 10;

/** An episode that fails for a reason outside of the story is tried again after this, doubling up to the last. */
export const FIRST_EPISODE_RETRY_MS = 1_000;
export const LAST_EPISODE_RETRY_MS = 60_000;
