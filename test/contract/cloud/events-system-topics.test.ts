import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  openEventSystem,
  pushed,
  REGISTRY,
  shownTopic,
  subscriptionPath,
  webHook,
  type EventSystem,
} from './events-system.ts';
import { openWebhook, type Webhook } from './events-webhook.ts';
import { eventually } from './services.ts';

const GROUP = '/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/contract-rg';
const TOPICS = `${GROUP}/providers/Microsoft.EventGrid/systemTopics`;
const TOPIC = `${TOPICS}/evgt-base`;
const VERSION = '?api-version=2025-02-15';

let system: EventSystem;
let webhook: Webhook;
beforeEach(async () => {
  system = await openEventSystem();
  webhook = await openWebhook();
});
afterEach(async () => {
  await system.close();
  await webhook.close();
});

const body = (change: object = {}) => ({
  location: 'westeurope',
  identity: { type: 'SystemAssigned' },
  properties: { source: REGISTRY, topicType: 'Microsoft.ContainerRegistry.Registries' },
  ...change,
});
const putTopic = (path = TOPIC, given: object = body()) => system.arm('PUT', `${path}${VERSION}`, given);
const subscriptionOf = (name: string) => `${TOPIC}/eventSubscriptions/${name}${VERSION}`;

async function subscribe(name: string): Promise<void> {
  const put = await system.arm('PUT', subscriptionOf(name), { properties: { destination: webHook(webhook.url) } });
  if (put.status >= 400) throw new Error(`PUT was answered ${put.status}: ${await put.text()}`);
  await eventually(async () => {
    const shown = (await (await system.arm('GET', subscriptionOf(name))).json()) as {
      properties: { provisioningState: string };
    };
    return shown.properties.provisioningState === 'Succeeded' ? true : undefined;
  });
}

test('makes a system topic with an identity, keeps it, and lists it', async () => {
  const made = await putTopic();
  const first = (await made.json()) as { identity: { principalId: string } };
  const again = await putTopic(TOPIC, body({ tags: { team: 'platform' } }));
  const listed = [
    await system.arm('GET', `${TOPICS}${VERSION}`),
    await system.arm('GET', `${TOPICS.replace(/\/resourceGroups\/[^/]+/, '')}${VERSION}`),
    await system.arm('GET', `${TOPICS.replace('contract-rg', 'other-rg')}${VERSION}`),
  ];

  expect([made.status, again.status]).toEqual([201, 200]);
  expect(first).toMatchObject({
    id: TOPIC,
    name: 'evgt-base',
    type: 'Microsoft.EventGrid/systemTopics',
    identity: { type: 'SystemAssigned', principalId: expect.stringMatching(/^[0-9a-f-]{36}$/) as unknown },
    properties: { provisioningState: 'Succeeded', source: REGISTRY },
  });
  expect(await again.json()).toMatchObject({ tags: { team: 'platform' }, identity: first.identity });
  const names = await Promise.all(
    listed.map(async (answer) =>
      ((await answer.json()) as { value: { name: string }[] }).value.map(({ name }) => name),
    ),
  );
  expect(names).toEqual([['evgt-base'], ['evgt-base'], []]);
});

test('refuses a second system topic of one source, another source for the first, and an identity it does not have', async () => {
  await putTopic();
  const other = REGISTRY.replace('base', 'team');

  const answers = [
    await putTopic(`${TOPICS}/second`),
    await putTopic(TOPIC, body({ properties: { source: other, topicType: 'x' } })),
    await putTopic(`${TOPICS}/third`, body({ identity: { type: 'UserAssigned' } })),
  ];

  expect(answers.map(({ status }) => status)).toEqual([400, 400, 400]);
  expect(await answers[0]?.text()).toContain('Only one system topic is allowed per source');
});

test('delivers the events of the source to a subscription of its system topic, beside one of the source itself', async () => {
  await putTopic();
  await subscribe('gated');
  const extension = await openWebhook();
  await system.subscribe({ name: 'gated', properties: { destination: webHook(extension.url) } });

  system.events.publish(pushed('node:15-alpine'));
  await webhook.notifications(1);
  await extension.notifications(1);
  await extension.close();

  const ofTopic = (await (await system.arm('GET', `${TOPIC}/eventSubscriptions${VERSION}`)).json()) as {
    value: object[];
  };
  const ofSource = (await (await system.arm('GET', subscriptionPath(REGISTRY, '').replace('/?', '?'))).json()) as {
    value: object[];
  };
  expect(ofTopic.value).toMatchObject([
    {
      id: `${TOPIC}/eventSubscriptions/gated`,
      type: 'Microsoft.EventGrid/systemTopics/eventSubscriptions',
      properties: { topic: shownTopic(REGISTRY) },
    },
  ]);
  expect(ofSource.value).toMatchObject([{ type: 'Microsoft.EventGrid/eventSubscriptions' }]);
  expect(ofSource.value).toHaveLength(1);
});

test('a system topic that is deleted takes its subscriptions along', async () => {
  await putTopic();
  await subscribe('gated');

  const deleted = await system.arm('DELETE', `${TOPIC}${VERSION}`);
  const again = await system.arm('DELETE', `${TOPIC}${VERSION}`);
  const shown = await system.arm('GET', subscriptionOf('gated'));
  await putTopic();
  const anew = await system.arm('GET', subscriptionOf('gated'));

  expect([deleted.status, again.status, shown.status, anew.status]).toEqual([200, 204, 404, 404]);
});

test('refuses a subscription of a system topic that is not there', async () => {
  const put = await system.arm('PUT', subscriptionOf('gated'), { properties: { destination: webHook(webhook.url) } });

  expect(put.status).toBe(404);
  expect(await put.json()).toMatchObject({ error: { code: 'ResourceNotFound' } });
});

test('a subscription below a custom topic is one of that topic', async () => {
  const topic = `${GROUP}/providers/Microsoft.EventGrid/topics/announcements`;
  await system.arm('PUT', `${topic}${VERSION}`, { location: 'westeurope' });

  const put = await system.arm('PUT', `${topic}/eventSubscriptions/all${VERSION}`, {
    properties: { destination: webHook(webhook.url) },
  });

  expect(put.status).toBe(201);
  expect(await put.json()).toMatchObject({
    id: `${topic}/eventSubscriptions/all`,
    properties: { topic: shownTopic(topic) },
  });
});
