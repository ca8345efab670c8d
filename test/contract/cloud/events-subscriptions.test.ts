import { afterEach, beforeEach, expect, test } from 'vitest';
import { virtualClock } from '../../../local/clock.ts';
import {
  openEventSystem,
  pushed,
  REGISTRY,
  shownTopic,
  subscriptionPath,
  webHook,
  type EventSystem,
} from './events-system.ts';
import { openHanging, openWebhook, type Webhook } from './events-webhook.ts';
import { eventually, freePort } from './services.ts';

interface Shown {
  properties: Record<string, unknown>;
}

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

const show = async (name: string): Promise<Shown> =>
  (await (await system.arm('GET', subscriptionPath(REGISTRY, name))).json()) as Shown;

test('validates the endpoint of a new subscription, and shows it without the key in its URL', async () => {
  const put = await system.arm('PUT', subscriptionPath(REGISTRY, 'Push'), {
    properties: { destination: webHook(webhook.url), labels: ['gate'] },
  });
  const created = (await put.json()) as { properties: object };

  await eventually(async () =>
    (await show('push')).properties['provisioningState'] === 'Succeeded' ? true : undefined,
  );

  expect(put.status).toBe(201);
  expect(created.properties).toMatchObject({ provisioningState: 'Creating' });
  expect(await show('PUSH')).toEqual({
    id: `${REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions/Push`,
    name: 'Push',
    type: 'Microsoft.EventGrid/eventSubscriptions',
    properties: {
      topic: shownTopic(REGISTRY),
      provisioningState: 'Succeeded',
      destination: {
        endpointType: 'WebHook',
        properties: {
          endpointUrl: null,
          endpointBaseUrl: webhook.url.replace(/\?.*/, ''),
          maxEventsPerBatch: 1,
          preferredBatchSizeInKilobytes: 64,
        },
      },
      filter: { subjectBeginsWith: '', subjectEndsWith: '', isSubjectCaseSensitive: false },
      labels: ['gate'],
      eventDeliverySchema: 'EventGridSchema',
      retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 },
    },
  });
  const full = await system.arm('POST', subscriptionPath(REGISTRY, 'push').replace('?', '/getFullUrl?'));
  expect(await full.json()).toEqual({ endpointUrl: webhook.url });
});

test('fails a subscription whose endpoint is not there, and takes the same PUT again once it is', async () => {
  const port = await freePort();
  const properties = { destination: webHook(`http://localhost:${port}/hook?code=secret`) };

  const first = await system.subscribe({ name: 'push', properties });
  const failed = await show('push');
  const late = await openWebhook({ port });
  const second = await system.subscribe({ name: 'push', properties });
  await late.close();

  expect(first).toMatchObject({ status: 'Failed', error: { code: 'Url validation' } });
  expect(first.error?.message).toContain(`http://localhost:${port}/hook failed: `);
  expect(first.error?.message).not.toContain('secret');
  expect(failed.properties['provisioningState']).toBe('Failed');
  expect(second).toMatchObject({ status: 'Succeeded' });
});

test('gives an endpoint 30 seconds for the handshake', async () => {
  const clock = virtualClock(Date.now());
  const other = await openEventSystem({ clock });
  const port = await freePort();
  const hanging = await openHanging(port);
  const subscribing = other.subscribe({
    name: 'slow',
    properties: { destination: webHook(`http://localhost:${port}/`) },
  });
  await eventually(() => (hanging.connections() > 0 ? true : undefined));

  clock.advance(29_999);
  const state = ((await (await other.arm('GET', subscriptionPath(REGISTRY, 'slow'))).json()) as Shown).properties;
  clock.advance(1);
  const operation = await subscribing;
  await hanging.close();
  await other.close();

  expect(state['provisioningState']).toBe('Creating');
  expect(operation).toMatchObject({ status: 'Failed' });
  expect(operation.error?.message).toContain('did not answer within 30 seconds');
});

test('leaves a subscription as it was when the endpoint of a change refuses', async () => {
  await system.subscribe({ name: 'push', properties: { destination: webHook(webhook.url) } });
  const other = await openWebhook();
  other.handshake = 'refuse';

  const change = await system.subscribe({ name: 'push', properties: { destination: webHook(other.url) } });
  system.events.publish(pushed('node:15-alpine'));
  await webhook.notifications(1);
  await other.close();

  expect(change.status).toBe('Failed');
  expect((await show('push')).properties['provisioningState']).toBe('Succeeded');
});

test('waits for somebody to open the validation URL when the endpoint does not echo the code', async () => {
  webhook.handshake = 'silent';
  await system.subscribe({ name: 'push', properties: { destination: webHook(webhook.url) } });
  const waiting = await show('push');
  const kept = system.world.store.collection<{ validation: { code: string } }>('events.subscriptions').entries();

  const wrong = await system.local('GET', '/eventsubscriptions/push/validate?id=guessed');
  const opened = await system.local('GET', `/eventsubscriptions/push/validate?id=${kept[0]?.value.validation.code}`);

  expect(waiting.properties['provisioningState']).toBe('AwaitingManualAction');
  expect([wrong.status, opened.status]).toEqual([404, 200]);
  expect((await show('push')).properties['provisioningState']).toBe('Succeeded');
});

test('asks a CloudEvents endpoint by OPTIONS', async () => {
  const properties = { destination: webHook(webhook.url), eventDeliverySchema: 'CloudEventSchemaV1_0' };

  const allowed = await system.subscribe({ name: 'allowed', properties });
  webhook.handshake = 'silent';
  const refused = await system.subscribe({ name: 'refused', properties });

  expect(allowed.status).toBe('Succeeded');
  expect(refused.error?.message).toContain('WebHook-Allowed-Origin is missing');
});

test('lists the subscriptions of a resource and deletes one with what was queued for it', async () => {
  await system.subscribe({ name: 'one', properties: { destination: webHook(webhook.url) } });
  await system.subscribe({ name: 'two', properties: { destination: webHook(webhook.url) } });
  webhook.answers.push(503, 503);
  system.events.publish(pushed('node:15-alpine'));
  await webhook.notifications(2);

  const deleted = await system.arm('DELETE', subscriptionPath(REGISTRY, 'one'));
  const again = await system.arm('DELETE', subscriptionPath(REGISTRY, 'one'));
  const operation = await system.arm('GET', deleted.headers.get('azure-asyncoperation') ?? '');

  expect([deleted.status, again.status]).toEqual([202, 204]);
  expect(await operation.json()).toMatchObject({ status: 'Succeeded' });
  const list = await system.arm(
    'GET',
    `${REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions?api-version=2022-06-15`,
  );
  expect(((await list.json()) as { value: { name: string }[] }).value.map(({ name }) => name)).toEqual(['two']);
  const pending = (await (await system.local('GET', '/local/events/pending')).json()) as {
    value: { subscription: string }[];
  };
  expect(pending.value.map(({ subscription }) => subscription)).toEqual([`${REGISTRY.toLowerCase()}|two`]);
});

test.each([
  ['plain http to another machine', { destination: webHook('http://example.com/hook') }, 'https URL'],
  [
    'a destination that is not emulated',
    { destination: { endpointType: 'StorageQueue', properties: {} } },
    'only destinations WebHook and AzureFunction are emulated',
  ],
  [
    'an advanced filter with an operator that Event Grid does not have',
    {
      destination: webHook('https://localhost/hook'),
      filter: { advancedFilters: [{ operatorType: 'StringMatches', key: 'data.x', values: ['x'] }] },
    },
    'operatorType',
  ],
  [
    'more values in advanced filters than Event Grid takes',
    {
      destination: webHook('https://localhost/hook'),
      filter: {
        advancedFilters: ['a', 'b'].map((key) => ({
          ...{ operatorType: 'NumberIn', key },
          values: Array.from({ length: 13 }, (_value, index) => index),
        })),
      },
    },
    'at most 25 values',
  ],
  [
    'a property nobody knows',
    { destination: webHook('https://localhost/hook'), expirationTimeUtc: 'x' },
    'expirationTimeUtc',
  ],
])('refuses %s by name', async (_, properties, said) => {
  const answer = await system.arm('PUT', subscriptionPath(REGISTRY, 'push'), { properties });

  expect(answer.status).toBe(400);
  expect(await answer.json()).toMatchObject({
    error: { code: 'InvalidRequest', message: expect.stringContaining(said) as unknown },
  });
});
