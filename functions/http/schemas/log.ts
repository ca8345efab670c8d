/** How a log is followed. */
import { z } from 'zod';
import { platformQuery } from '../check-address.ts';

export const logQuery = z.strictObject({
  offset: z.coerce
    .number()
    .int()
    .min(0)
    .default(0)
    .describe('In bytes: 0 from the start, and then the `x-next-offset` of the answer before.'),
});

/** Of a check. */
export const checkLogQuery = logQuery.extend(platformQuery);

export const LOG_HEADERS = {
  'x-log-complete': '`true` when no more will come.',
  'x-next-offset': 'The `offset` to ask with next.',
};
