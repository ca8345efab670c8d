/** What the API says of the app itself: its health, its journal, and the hold on everything. */
import { z } from 'zod';
import { asked, nextPage, page, time } from './common.ts';

export const holdSeen = z.strictObject({ hold: asked.optional() });

export const freezeSeen = z.strictObject({ freeze: z.strictObject({ ...asked.shape, until: time }).optional() });

export const everythingAsked = z.strictObject({
  what: z.string(),
  asked: z.array(z.string()).describe('Gates, images and what apps run: each looks again now.'),
  notAsked: z.array(z.string()).describe('Could not be reached now; they see it at their next look.'),
});

export const health = z
  .strictObject({
    status: z.enum(['ok', 'degraded']),
    wrong: z.array(z.string()),
    policy: z
      .strictObject({
        hash: z.string(),
        gates: z.array(z.string()),
        images: z.array(z.string()),
        apps: z.array(z.string()),
        warnings: z.array(z.string()),
      })
      .optional(),
    hold: asked.optional().describe('On everything.'),
    freeze: freezeSeen.shape.freeze.describe('Of everything, by a person.'),
    lastSweep: z
      .strictObject({
        endedAt: time,
        gates: z.int(),
        started: z.array(z.string()),
        ended: z.array(z.string()),
        problems: z.array(z.string()),
        unreadable: z.array(z.string()).optional().describe('Rows that it could not read, and whose they are.'),
      })
      .optional(),
    undelivered: z
      .strictObject({
        announcements: z.int(),
        oldest: z.strictObject({ at: time, subject: z.string(), what: z.string(), why: z.string() }),
      })
      .optional()
      .describe('Announcements that the topic has not taken yet; each is tried again for a day.'),
  })
  .meta({ id: 'Health' });

const said = (what: string) => z.string().min(1).max(200).optional().describe(what);
export const journalQuery = z.strictObject({
  day: z.iso
    .date('write a day as 2026-01-31')
    .optional()
    .describe('One day in UTC; without it, the days back from today.'),
  subject: said('Only of this gate, image or app.'),
  what: said('Only this, such as `promoted` or `hold`.'),
  by: said('Only by this person or story.'),
  ...page,
});

export const journalPage = z.strictObject({
  entries: z.array(
    z.strictObject({
      at: time,
      by: z.string().describe('An object id of Microsoft Entra ID, or a story.'),
      name: z.string().optional().describe('What the directory called that person then.'),
      subject: z.string(),
      what: z.string(),
      why: z.string(),
      data: z.record(z.string(), z.unknown()),
    }),
  ),
  next: nextPage,
});
