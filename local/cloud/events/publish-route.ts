/**
 * `POST https://<topic>/api/events`: takes a batch in the schema of the topic, from a caller with a token for Event Grid.
 *
 * Access keys and shared access signatures are refused: topics here have local authentication off, as the infrastructure has it.
 */
import type { Context } from 'hono';
import { z } from 'zod';
import { readBody } from '../body.ts';
import type { App, Env } from '../http.ts';
import type { IdentityService, RoleService } from '../world.ts';
import { cloudEventV1, type Published } from './event.ts';
import { EVENT_MAX_BYTES } from './limits.ts';
import type { Publisher } from './publisher.ts';
import type { Topic, Topics } from './topics.ts';

/** What `@azure/eventgrid` asks a token for, whatever the topic's region. */
const AUDIENCE = 'https://eventgrid.azure.net';

const SEND = { dataAction: 'Microsoft.EventGrid/events/send/action' };

const gridEvents = z.array(
  z.object({
    id: z.string().min(1),
    subject: z.string().min(1),
    eventType: z.string().min(1),
    eventTime: z.iso.datetime({ offset: true }),
    data: z.unknown(),
    dataVersion: z.string().default(''),
    topic: z.string().nullish(),
  }),
);
const cloudEvents = z.union([z.array(cloudEventV1), cloudEventV1.transform((event) => [event])]);

interface Dependencies {
  identity: IdentityService;
  roles: RoleService;
  topics: Topics;
  publisher: Publisher;
}

export function addPublishRoute(app: App, { identity, roles, topics, publisher }: Dependencies): void {
  app.post('/:topic/api/events', async (c) => {
    const topic = topics.named(c.req.param('topic'));
    if (!topic) return refuse(c, 404, 'NotFound', `there is no topic '${c.req.param('topic')}' here`);
    if (c.req.header('aeg-sas-key') ?? c.req.header('aeg-sas-token')) {
      return refuse(
        c,
        401,
        'Unauthorized',
        'topics of the emulated Azure take Entra tokens only, no keys and no signatures',
      );
    }
    const principal = identity.verify(c.req.header('authorization'), [AUDIENCE]);
    if (!principal) {
      return refuse(
        c,
        401,
        'Unauthorized',
        `a bearer token for ${AUDIENCE} is needed; none was given, or it is expired or not for it`,
      );
    }
    if (!roles.may(principal.objectId, SEND, topic.id)) {
      roles.logRefusal(principal.objectId, SEND, topic.id);
      // 401, although the token is good: https://github.com/Azure/azure-sdk-for-net/issues/22831
      const message = `The principal associated with access token presented with the incoming request does not have permission to send data to ${topic.id}.`;
      return refuse(c, 401, 'Unauthorized', message);
    }
    if (Number(c.req.header('content-length') ?? 0) > EVENT_MAX_BYTES) return tooLarge(c);

    const events = await read(c, topic);
    if (!events.success) {
      return refuse(
        c,
        400,
        'BadRequest',
        `topic ${topic.name} takes ${topic.inputSchema}:\n${z.prettifyError(events.error)}`,
      );
    }
    if (Buffer.byteLength(JSON.stringify(events.data)) > EVENT_MAX_BYTES) return tooLarge(c);
    publisher.publish(topic.id, events.data);
    return c.body(null, 200);
  });
}

function read(c: Context<Env>, { id, inputSchema }: Topic): Promise<z.ZodSafeParseResult<Published[]>> {
  switch (inputSchema) {
    case 'EventGridSchema':
      return readBody<Published[]>(
        c,
        gridEvents.transform((events) =>
          events.map((event) => ({
            schema: inputSchema,
            event: { ...event, data: event.data, topic: id, metadataVersion: '1' },
          })),
        ),
      );
    case 'CloudEventSchemaV1_0':
      return readBody<Published[]>(
        c,
        cloudEvents.transform((events) => events.map((event) => ({ schema: inputSchema, event }))),
      );
  }
}

const tooLarge = (c: Context<Env>): Response =>
  refuse(c, 413, 'RequestEntityTooLarge', `the request is larger than ${EVENT_MAX_BYTES} bytes`);

const refuse = (c: Context<Env>, status: 400 | 401 | 404 | 413, code: string, message: string): Response =>
  c.json({ error: { code, message } }, status);
