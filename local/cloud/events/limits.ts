/**
 * Numbers of Azure Event Grid that this emulation keeps.
 *
 * Unless a line says otherwise: https://learn.microsoft.com/azure/event-grid/delivery-and-retry
 */
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** How long an endpoint may take to answer, for a delivery and for a handshake. */
export const ANSWER_TIMEOUT_MS = 30 * SECOND;

/** The wait after the first failed attempt, the second, and so on; Azure adds some randomness and may skip some, this emulation does not. */
export const RETRY_DELAYS_MS = [
  10 * SECOND,
  30 * SECOND,
  MINUTE,
  5 * MINUTE,
  10 * MINUTE,
  30 * MINUTE,
  HOUR,
  3 * HOUR,
  6 * HOUR,
] as const;

/** The wait after those. */
export const LATER_RETRIES_EVERY_MS = 12 * HOUR;

/** Some answers mean that the endpoint needs longer. */
export const SHORTEST_RETRY_MS: Readonly<Record<number, number>> = {
  404: 5 * MINUTE,
  408: 2 * MINUTE,
  503: 30 * SECOND,
};

/** What the endpoint takes as delivered. */
export const SUCCESS_STATUS: readonly number[] = [200, 201, 202, 203, 204];

/** Answers that no retry can mend: of a webhook, and of a resource of Azure such as a function. */
export const NOT_RETRIED_STATUS: Readonly<Record<'WebHook' | 'AzureFunction', readonly number[]>> = {
  WebHook: [400, 401, 403, 413],
  AzureFunction: [400, 403, 413],
};

/** https://learn.microsoft.com/azure/event-grid/event-filtering#limitations : of one subscription. */
export const ADVANCED_FILTERS = { filters: 25, values: 25, valueLength: 512 };

export const MAX_DELIVERY_ATTEMPTS = 30;
export const MAX_TIME_TO_LIVE_MINUTES = 1440;

/** A dead letter whose destination cannot be written to is dropped after that. */
export const DEAD_LETTER_RETRIED_FOR_MS = 4 * HOUR;

/** Of this emulation: between two tries to write a dead letter. */
export const DEAD_LETTER_RETRY_EVERY_MS = MINUTE;

/** https://learn.microsoft.com/azure/event-grid/end-point-validation-event-grid-events-schema : the validation URL can be opened for 10 minutes. */
export const MANUAL_VALIDATION_MS = 10 * MINUTE;

/** https://learn.microsoft.com/azure/event-grid/quotas-limits : of one event, and of one publish request. */
export const EVENT_MAX_BYTES = 1024 * 1024;

/** Of this emulation: deliveries under way at once to one subscription, so that a burst does not open a thousand connections to a laptop. */
export const CONCURRENT_DELIVERIES = 16;

/** Of this emulation: events kept for a person to look at, per topic. */
export const PUBLISHED_KEPT = 200;

/** Of this emulation: when shuffling is on, a first attempt waits up to this long. */
export const SHUFFLE_WITHIN_MS = 2 * SECOND;

/** Of this emulation: longest wait that a person or a test can ask for. */
export const DELAY_MAX_MS = HOUR;
