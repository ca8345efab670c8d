/** One delivery on the wire: the request that carries an event, and what came of it, in words. */
import type { Queued } from './queued.ts';
import { facts, inSchema } from './event.ts';
import type { Definition } from './subscription.ts';
import type { WebhookAnswer, WebhookRequest } from './webhook.ts';

/** `attempts`: those before this one. */
export function notification(
  { name, url }: { name: string; url: string },
  definition: Definition,
  { published, attempts }: Pick<Queued, 'published' | 'attempts'>,
): WebhookRequest {
  const event = inSchema(published, definition.eventDeliverySchema);
  const grid = definition.eventDeliverySchema === 'EventGridSchema';
  return {
    method: 'POST',
    url,
    headers: {
      'content-type': `${grid ? 'application/json' : 'application/cloudevents+json'}; charset=utf-8`,
      'aeg-event-type': 'Notification',
      'aeg-subscription-name': name.toUpperCase(),
      'aeg-delivery-count': String(attempts),
      ...(published.schema === 'EventGridSchema' ? { 'aeg-data-version': published.event.dataVersion } : {}),
      'aeg-metadata-version': '1',
    },
    body: JSON.stringify(grid ? [event] : event),
  };
}

/** The event, for the log. */
export const said = ({ published }: Pick<Queued, 'published'>): string =>
  `${facts(published).type} ${facts(published).subject}`;

/** For the log, and for the person who looks at what is pending. */
export function outcome(answer: WebhookAnswer): string {
  switch (answer.kind) {
    case 'answered':
      return `status ${answer.status}`;
    case 'timed-out':
      return 'no answer within 30 s';
    case 'unreachable':
      return answer.reason;
    case 'cancelled':
      return 'cancelled';
  }
}
