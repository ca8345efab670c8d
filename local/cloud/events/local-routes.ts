/**
 * `/local/events/…`: not Azure. For tests that want Event Grid at its worst, and for a person who wants to see what was announced.
 *
 * - `GET`, `PUT /local/events/delivery` `{"copies":2,"shuffle":true,"loseShare":0.2,"delayMs":500}`: deliver each event that often (0: it is
 *   lost), out of order, that share of them never, and late
 * - `GET /local/events/delivered?topic=<resource id>`: the last events published, per topic; without `topic`, of all topics
 * - `GET /local/events/pending`: what waits for its endpoint
 * - `GET /local/events/deadletters`: what was given up, in the shape of Azure's dead-letter blobs
 */
import { z } from 'zod';
import { readBody } from '../body.ts';
import type { App } from '../http.ts';
import { asAzureWritesIt, type DeadLetters } from './dead-letters.ts';
import type { Delivery } from './delivery.ts';
import { DELAY_MAX_MS } from './limits.ts';
import { UNDISTURBED, type Publisher } from './publisher.ts';

const disturbance = z.strictObject({
  copies: z.int().min(0).max(10).default(UNDISTURBED.copies),
  shuffle: z.boolean().default(UNDISTURBED.shuffle),
  loseShare: z.number().min(0).max(1).default(UNDISTURBED.loseShare),
  delayMs: z.int().min(0).max(DELAY_MAX_MS).default(UNDISTURBED.delayMs),
  seed: z.int().optional(),
});

interface Dependencies {
  publisher: Publisher;
  delivery: Delivery;
  deadLetters: DeadLetters;
}

export function addLocalRoutes(app: App, { publisher, delivery, deadLetters }: Dependencies): void {
  app.get('/local/events/delivery', (c) => c.json(publisher.disturbance()));
  app.put('/local/events/delivery', async (c) => {
    const body = await readBody(c, disturbance);
    if (!body.success) return c.json({ error: { code: 'BadRequest', message: z.prettifyError(body.error) } }, 400);
    publisher.disturb(body.data);
    return c.json(body.data);
  });

  app.get('/local/events/delivered', (c) =>
    c.json({
      value: publisher.published(c.req.query('topic')).map(({ publishedAt, published }) => ({
        publishedAt: iso(publishedAt),
        ...published,
      })),
    }),
  );

  app.get('/local/events/pending', (c) =>
    c.json({
      value: delivery.queued().map(({ subscription, published, attempts, dueAt, lastOutcome }) => ({
        subscription,
        event: published.event,
        attempts,
        dueAt: iso(dueAt),
        lastOutcome,
      })),
    }),
  );

  app.get('/local/events/deadletters', (c) =>
    c.json({ value: deadLetters.list().map((letter) => ({ ...asAzureWritesIt(letter), blob: letter.blob })) }),
  );
}

const iso = (epochMs: number): string => new Date(epochMs).toISOString();
