/**
 * Pieces of answers that several of them have. Every object is strict: what is not described here is not answered. What has an `id` stands
 * under that name in the description of the API.
 */
import { z } from 'zod';
import { digest as digestSchema } from '../../../shared/domain/reference.ts';

export const digest = digestSchema.meta({ id: 'Digest' });
export const time = z.iso.datetime().meta({ id: 'Time' });

/** The body of a request that only needs a reason. */
export const reasoned = z.strictObject({ reason: z.string().min(1).max(1000).describe('Why, for the journal.') });

export const asked = z
  .strictObject({
    by: z.string().describe('An object id of Microsoft Entra ID.'),
    name: z.string().optional().describe('What the directory called that person then.'),
    why: z.string(),
    at: time,
  })
  .meta({ id: 'Asked' });

export const next = z
  .strictObject({
    action: z.string().describe('`rest` waits; anything else is under way.'),
    why: z.string(),
    until: time.optional().describe('When a rest ends by itself.'),
  })
  .meta({ id: 'Next' });

export const accepted = z
  .strictObject({
    gate: z.string().optional(),
    image: z.string().optional(),
    app: z.string().optional(),
    what: z.string().describe('What was asked, as the journal has it.'),
  })
  .meta({ id: 'Accepted' });

export const problem = z
  .strictObject({
    type: z.literal('about:blank'),
    status: z.int(),
    title: z.string(),
    detail: z.string().describe('What was wrong, with which value, and what to do.'),
  })
  .meta({ id: 'Problem' });

export const page = {
  limit: z.coerce.number().int().min(1).max(100).default(20).describe('How many at most.'),
  after: z.string().max(500).optional().describe('From the `next` of the page before.'),
};
export const nextPage = z.string().optional().describe('The address of the next page; missing on the last one.');

export const isoTime = (at: number): string => new Date(at).toISOString();
