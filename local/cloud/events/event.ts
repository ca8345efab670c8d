/** An event as it was published, in either of the two schemas, and how it looks in the schema that a subscription wants. */
import { z } from 'zod';
import type { CloudEvent } from '../world.ts';

export const SCHEMAS = ['EventGridSchema', 'CloudEventSchemaV1_0'] as const;
export type Schema = (typeof SCHEMAS)[number];

/** https://github.com/cloudevents/spec/blob/v1.0.2/cloudevents/formats/json-format.md ; attributes of an extension are kept. */
export const cloudEventV1 = z.looseObject({
  specversion: z.literal('1.0'),
  id: z.string().min(1),
  source: z.string().min(1),
  type: z.string().min(1),
  subject: z.string().optional(),
  time: z.iso.datetime({ offset: true }).optional(),
});
export type CloudEventV1 = z.infer<typeof cloudEventV1>;

export type Published =
  { schema: 'EventGridSchema'; event: CloudEvent } | { schema: 'CloudEventSchemaV1_0'; event: CloudEventV1 };

/** What filters look at. */
export const facts = ({ schema, event }: Published): { subject: string; type: string } =>
  schema === 'EventGridSchema'
    ? { subject: event.subject, type: event.eventType }
    : { subject: event.subject ?? '', type: event.type };

/** A subscription in the Event Grid schema cannot take events of a CloudEvents topic; `subscriptions.ts` refuses it. */
export function inSchema(published: Published, wanted: Schema): CloudEvent | CloudEventV1 {
  if (published.schema === wanted) return published.event;
  if (published.schema === 'CloudEventSchemaV1_0') {
    throw new Error(
      `event ${published.event.id} was published as a CloudEvent, which has no form in the Event Grid schema`,
    );
  }
  const { id, topic, subject, eventType, eventTime, data } = published.event;
  return { specversion: '1.0', id, source: topic, subject, type: eventType, time: eventTime, data };
}
