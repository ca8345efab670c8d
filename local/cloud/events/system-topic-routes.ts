/** System topics as resources of Azure Resource Manager. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { readBody } from '../body.ts';
import { armError, type App } from '../http.ts';
import type { World } from '../world.ts';
import type { Delivery } from './delivery.ts';
import { keyOf, type Subscriptions } from './subscriptions.ts';
import type { SystemTopic, SystemTopics } from './system-topics.ts';

const PROVIDER = 'providers/microsoft.eventgrid/systemtopics';
const GROUP = `/subscriptions/:subscription/resourcegroups/:group/${PROVIDER}`;

const putBody = z.object({
  location: z.string(),
  tags: z.record(z.string(), z.string()).nullish(),
  identity: z
    .object({ type: z.enum(['None', 'SystemAssigned'], 'only None and SystemAssigned are emulated') })
    .nullish(),
  properties: z.object({ source: z.string().startsWith('/subscriptions/'), topicType: z.string().min(1) }),
});

interface Dependencies {
  world: World;
  systemTopics: SystemTopics;
  subscriptions: Subscriptions;
  delivery: Delivery;
}

export function addSystemTopicRoutes(arm: App, dependencies: Dependencies): void {
  const { world, systemTopics, subscriptions, delivery } = dependencies;
  const { tenant } = world.config;
  const show = ({ id, name, location, tags, source, topicType, principalId }: SystemTopic): object => ({
    id,
    name,
    type: 'Microsoft.EventGrid/systemTopics',
    location,
    tags,
    identity: principalId === undefined ? null : { type: 'SystemAssigned', principalId, tenantId: tenant },
    properties: { provisioningState: 'Succeeded', source, topicType },
  });

  arm.get(`/subscriptions/:subscription/${PROVIDER}`, (c) => c.json({ value: systemTopics.all().map(show) }));
  arm.get(GROUP, (c) => {
    const inGroup = systemTopics.all().filter(({ id }) => id.toLowerCase().startsWith(`${c.req.path}/`));
    return c.json({ value: inGroup.map(show) });
  });

  arm.put(`${GROUP}/:name`, async (c) => {
    const body = await readBody(c, putBody);
    if (!body.success) return armError(c, 400, 'InvalidRequest', z.prettifyError(body.error));
    const { location, tags, identity, properties } = body.data;
    const id = decodeURIComponent(new URL(c.req.url).pathname);
    const before = systemTopics.withId(id);
    if (before && before.source.toLowerCase() !== properties.source.toLowerCase()) {
      return armError(
        c,
        400,
        'InvalidRequest',
        `The source of ${before.name} cannot be changed: it is ${before.source}.`,
      );
    }
    const other = systemTopics.ofSource(properties.source);
    if (other && other.id.toLowerCase() !== id.toLowerCase()) {
      const message = `Only one system topic is allowed per source. ${properties.source} has ${other.id}.`;
      return armError(c, 400, 'InvalidRequest', message);
    }
    const topic: SystemTopic = {
      id: before?.id ?? id,
      name: before?.name ?? id.slice(id.lastIndexOf('/') + 1),
      location,
      tags: tags ?? {},
      ...properties,
      ...(identity?.type === 'SystemAssigned' ? { principalId: before?.principalId ?? randomUUID() } : {}),
    };
    systemTopics.put(topic);
    return c.json(show(topic), before ? 200 : 201);
  });

  arm.get(`${GROUP}/:name`, (c) => {
    const topic = systemTopics.withId(c.req.path);
    if (topic) return c.json(show(topic));
    const message = `The Resource 'Microsoft.EventGrid/systemTopics/${c.req.param('name')}' was not found.`;
    return armError(c, 404, 'ResourceNotFound', message);
  });

  arm.delete(`${GROUP}/:name`, (c) => {
    const topic = systemTopics.withId(c.req.path);
    if (!topic) return c.body(null, 204);
    for (const subscription of subscriptions.of(topic.source)) {
      if (subscription.systemTopic?.toLowerCase() !== topic.id.toLowerCase()) continue;
      subscriptions.delete(keyOf(subscription));
      delivery.forget(keyOf(subscription));
    }
    systemTopics.delete(topic);
    return c.body(null, 200);
  });
}
