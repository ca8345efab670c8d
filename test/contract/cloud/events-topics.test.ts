import { readFileSync } from 'node:fs';
import { AzureKeyCredential, EventGridPublisherClient } from '@azure/eventgrid';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { openEventSystem, webHook, type EventSystem } from './events-system.ts';
import { openWebhook, type Webhook } from './events-webhook.ts';
import { app, credentialOf } from './services.ts';

const TOPICS =
  '/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/contract-rg/providers/Microsoft.EventGrid/topics';

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

async function putTopic(name: string, inputSchema: string): Promise<string> {
  const answer = await system.arm('PUT', `${TOPICS}/${name}?api-version=2022-06-15`, {
    location: 'westeurope',
    properties: { inputSchema },
  });
  return ((await answer.json()) as { properties: { endpoint: string } }).properties.endpoint;
}

const clientOptions = () => ({
  tlsOptions: { ca: readFileSync(system.world.tls.caFile, 'utf8') },
  retryOptions: { maxRetries: 0 },
});

test('takes CloudEvents of the SDK with a managed identity, delivers them, and lists them', async () => {
  const endpoint = await putTopic('Announcements', 'CloudEventSchemaV1_0');
  await system.subscribe({
    name: 'listener',
    scope: `${TOPICS}/announcements`,
    properties: { destination: webHook(webhook.url) },
  });
  const client = new EventGridPublisherClient(
    endpoint,
    'CloudEvent',
    credentialOf(system.identity, app),
    clientOptions(),
  );

  await client.send([
    { id: 'a1', type: 'gated-import.promoted', source: '/gates/node', subject: 'node', data: { tag: '15-alpine-ca7' } },
  ]);
  const [received] = await webhook.notifications(1);

  const announced = {
    specversion: '1.0',
    id: 'a1',
    type: 'gated-import.promoted',
    source: '/gates/node',
    subject: 'node',
    data: { tag: '15-alpine-ca7' },
  };
  expect(received?.body).toMatchObject(announced);
  const seen = await system.local('GET', `/local/events/delivered?topic=${TOPICS}/Announcements`);
  expect(await seen.json()).toMatchObject({ value: [{ schema: 'CloudEventSchemaV1_0', event: announced }] });
});

test('takes events in the Event Grid schema, and says in them which topic they came by', async () => {
  const endpoint = await putTopic('grid', 'EventGridSchema');
  await system.subscribe({
    name: 'listener',
    scope: `${TOPICS}/grid`,
    properties: { destination: webHook(webhook.url) },
  });
  const client = new EventGridPublisherClient(
    endpoint,
    'EventGrid',
    credentialOf(system.identity, app),
    clientOptions(),
  );

  await client.send([{ id: 'b1', eventType: 'deployed', subject: 'hello', dataVersion: '1.0', data: { wave: 1 } }]);
  const [received] = await webhook.notifications(1);

  expect(received?.body).toMatchObject([
    { id: 'b1', topic: `${TOPICS}/grid`, eventType: 'deployed', data: { wave: 1 }, metadataVersion: '1' },
  ]);
});

test('takes nothing with a key, with a token for something else, in the wrong schema, or too large', async () => {
  const endpoint = await putTopic('strict', 'EventGridSchema');
  const token = {
    getToken: () =>
      Promise.resolve({
        token: system.identity.issue(app, 'https://vault.azure.net'),
        expiresOnTimestamp: Date.now() + 60_000,
      }),
  };
  const event = { id: 'c1', eventType: 'x', subject: 'y', dataVersion: '1', data: {} };
  const failure = (sent: Promise<void>): Promise<unknown> => sent.catch((error: unknown) => error);
  const good = credentialOf(system.identity, app);
  const grid = (credential: typeof good | AzureKeyCredential) =>
    new EventGridPublisherClient(endpoint, 'EventGrid', credential, clientOptions());

  const failures = await Promise.all([
    failure(grid(new AzureKeyCredential('key')).send([event])),
    failure(grid(token).send([event])),
    failure(
      new EventGridPublisherClient(endpoint, 'CloudEvent', good, clientOptions()).send([{ type: 'x', source: 'y' }]),
    ),
    failure(grid(good).send([{ ...event, data: { text: 'x'.repeat(1024 * 1024) } }])),
  ]);

  expect(failures.map((error) => (error as { statusCode: number }).statusCode)).toEqual([401, 401, 400, 413]);
  expect(await (await system.local('GET', '/local/events/delivered')).json()).toEqual({ value: [] });
});

test('keeps the last 200 events of a topic in the order they were published', async () => {
  const endpoint = await putTopic('busy', 'CloudEventSchemaV1_0');
  const client = new EventGridPublisherClient(
    endpoint,
    'CloudEvent',
    credentialOf(system.identity, app),
    clientOptions(),
  );

  await client.send(Array.from({ length: 205 }, (_, index) => ({ id: `e${index}`, type: 'x', source: 'y' })));

  const seen = (await (await system.local('GET', '/local/events/delivered')).json()) as {
    value: { event: { id: string } }[];
  };
  expect(seen.value.map(({ event }) => event.id)).toEqual(Array.from({ length: 200 }, (_, index) => `e${index + 5}`));
});

test('shows a topic with its endpoint, and refuses a subscription that could not be served', async () => {
  await putTopic('Clouds', 'CloudEventSchemaV1_0');

  const shown = await system.arm('GET', `${TOPICS}/clouds?api-version=2022-06-15`);
  const missing = await system.arm('GET', `${TOPICS}/none?api-version=2022-06-15`);
  const subscribed = await system.arm('PUT', `${TOPICS}/clouds/providers/Microsoft.EventGrid/eventSubscriptions/s`, {
    properties: { destination: webHook(webhook.url), eventDeliverySchema: 'EventGridSchema' },
  });

  expect(await shown.json()).toMatchObject({
    id: `${TOPICS}/Clouds`,
    properties: {
      provisioningState: 'Succeeded',
      inputSchema: 'CloudEventSchemaV1_0',
      endpoint: `https://localhost:${system.world.config.ports.events}/Clouds/api/events`,
    },
  });
  expect([missing.status, subscribed.status]).toEqual([404, 400]);
});
