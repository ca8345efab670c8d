/** Custom topics: an ARM resource, and the endpoint that events are posted to. */
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App } from '../http.ts';
import type { World } from '../world.ts';
import { SCHEMAS, type Schema } from './event.ts';

export interface Topic {
  id: string;
  /** Unique in this cloud: the path of its endpoint. */
  name: string;
  location: string;
  tags: Record<string, string>;
  inputSchema: Schema;
}

export type Topics = ReturnType<typeof openTopics>;

export const openTopics = ({ store }: World) => {
  const kept = store.collection<Topic>('events.topics');
  return {
    all: (): Topic[] => kept.entries().map(({ value }) => value),
    named: (name: string): Topic | undefined => kept.get(name.toLowerCase()),
    withId: (id: string): Topic | undefined =>
      kept.entries().find(({ value }) => value.id.toLowerCase() === id.toLowerCase())?.value,
    put: (topic: Topic): void => kept.put(topic.name.toLowerCase(), topic),
    delete: (name: string): boolean => kept.delete(name.toLowerCase()),
  };
};

const PROVIDER = 'providers/microsoft.eventgrid/topics';
const GROUP = `/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}`;
const TOPIC = `${GROUP}/:name`;

const putBody = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).default({}),
  properties: z
    .looseObject({
      inputSchema: z
        .enum(SCHEMAS, 'only EventGridSchema and CloudEventSchemaV1_0 are emulated')
        .default('EventGridSchema'),
    })
    .prefault({}),
});

export function addTopicRoutes(arm: App, { world, topics }: { world: World; topics: Topics }): void {
  const show = ({ id, name, location, tags, inputSchema }: Topic): object => ({
    id,
    name,
    type: 'Microsoft.EventGrid/topics',
    location,
    tags,
    properties: {
      provisioningState: 'Succeeded',
      endpoint: `https://localhost:${world.config.ports.events}/${name}/api/events`,
      inputSchema,
      publicNetworkAccess: 'Enabled',
      disableLocalAuth: true,
    },
  });

  arm.get(`/subscriptions/:subscription/${PROVIDER}`, (c) => c.json({ value: topics.all().map(show) }));
  arm.get(GROUP, (c) => {
    const inGroup = topics.all().filter(({ id }) => id.toLowerCase().startsWith(`${c.req.path}/`));
    return c.json({ value: inGroup.map(show) });
  });

  arm.put(TOPIC, async (c) => {
    const body = await readBody(c, putBody);
    if (!body.success) return armError(c, 400, 'InvalidRequest', z.prettifyError(body.error));
    const id = decodeURIComponent(new URL(c.req.url).pathname);
    const name = id.slice(id.lastIndexOf('/') + 1);
    const before = topics.named(name);
    if (before && before.id.toLowerCase() !== id.toLowerCase()) {
      return armError(
        c,
        409,
        'Conflict',
        `the name ${name} is taken by ${before.id}; local topics share one host, so names are unique`,
      );
    }
    const topic = {
      id,
      name,
      location: body.data.location,
      tags: body.data.tags,
      inputSchema: body.data.properties.inputSchema,
    };
    topics.put(topic);
    return c.json(show(topic), before ? 200 : 201);
  });

  arm.get(TOPIC, (c) => {
    const topic = topics.withId(c.req.path);
    if (topic) return c.json(show(topic));
    return armError(
      c,
      404,
      'ResourceNotFound',
      `The Resource 'Microsoft.EventGrid/topics/${c.req.param('name')}' was not found.`,
    );
  });

  arm.delete(TOPIC, (c) => {
    const topic = topics.withId(c.req.path);
    if (topic) topics.delete(topic.name);
    return c.body(null, topic ? 200 : 204);
  });
}
