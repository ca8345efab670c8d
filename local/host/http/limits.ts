/** Limits of what comes in by HTTP. */

/** Bodies for HTTP triggers, the durable API and the admin API. Azure allows 210 MB (App Service); nothing here needs more than this. */
export const MAXIMUM_BODY_BYTES = 10 * 1024 * 1024;

/** "Event Grid quotas and limits": an event of up to 1 MB, a batch of up to 1 MB, and what base64 and headers add. */
export const MAXIMUM_EVENT_GRID_BODY_BYTES = 1.5 * 1024 * 1024;
