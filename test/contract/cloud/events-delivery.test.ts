import { afterEach, beforeEach, expect, test } from 'vitest';
import { virtualClock } from '../../../local/clock.ts';
import { openEventSystem, pushed, webHook, type EventSystem } from './events-system.ts';
import { openHanging, openWebhook, type Webhook } from './events-webhook.ts';
import { eventually, freePort } from './services.ts';

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

const subscribe = (properties: object = {}) =>
  system.subscribe({ name: 'Gated', properties: { destination: webHook(webhook.url), ...properties } });
const subjects = (): string[] => webhook.received.map(({ body }) => (body as [{ subject: string }])[0].subject);
async function listed<T>(path: string): Promise<T[]> {
  return ((await (await system.local('GET', path)).json()) as { value: T[] }).value;
}

test('delivers an event of a resource in the Event Grid schema, one to a request', async () => {
  await subscribe();

  system.events.publish(pushed('node:15-alpine'));
  const [received] = await webhook.notifications(1);

  expect(received?.body).toEqual([pushed('node:15-alpine')]);
  expect(received?.headers).toMatchObject({
    'aeg-event-type': 'Notification',
    'aeg-subscription-name': 'GATED',
    'aeg-delivery-count': '0',
    'aeg-data-version': '2.0',
    'aeg-metadata-version': '1',
  });
  await eventually(async () => ((await listed('/local/events/pending')).length === 0 ? true : undefined));
});

test('delivers it as a CloudEvent to a subscription that asks for those', async () => {
  await subscribe({ eventDeliverySchema: 'CloudEventSchemaV1_0' });

  system.events.publish(pushed('node:15-alpine'));
  const [received] = await webhook.notifications(1);

  const { id, topic, subject, eventType, eventTime, data } = pushed('node:15-alpine');
  expect(received?.body).toEqual({
    specversion: '1.0',
    id,
    source: topic,
    subject,
    type: eventType,
    time: eventTime,
    data,
  });
  expect(received?.headers['content-type']).toBe('application/cloudevents+json; charset=utf-8');
});

test('delivers only what the filter of the subscription lets through', async () => {
  await subscribe({
    filter: {
      subjectBeginsWith: 'NODE:',
      subjectEndsWith: '-alpine',
      includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'],
    },
  });

  system.events.publish(pushed('redis:7-alpine'));
  system.events.publish(pushed('node:15-slim'));
  system.events.publish({ ...pushed('node:14-alpine'), eventType: 'Microsoft.ContainerRegistry.ImageDeleted' });
  system.events.publish({ ...pushed('node:13-alpine'), topic: `${pushed('').topic}2` });
  system.events.publish(pushed('node:15-alpine'));
  await webhook.notifications(1);

  expect(subjects()).toEqual(['node:15-alpine']);
  expect(await listed('/local/events/pending')).toEqual([]);
});

test('keeps an event through the end of the cloud and of the endpoint, and delivers it once both are back', async () => {
  const clock = virtualClock(Date.now());
  const other = await openEventSystem({ clock });
  const port = await freePort();
  const before = await openWebhook({ port });
  await other.subscribe({ name: 'gated', properties: { destination: webHook(before.url) } });
  await before.close();
  other.events.publish(pushed('node:15-alpine'));
  clock.advance(0);
  await eventually(() => (other.logged.some((line) => line.includes('again in 10 s')) ? true : undefined));

  await other.restart();
  const after = await openWebhook({ port });
  clock.advance(9_999);
  const early = after.received.length;
  clock.advance(1);
  const [received] = await after.notifications(1);
  await other.close();
  await after.close();

  expect(early).toBe(0);
  expect(received?.body).toEqual([pushed('node:15-alpine')]);
  expect(received?.headers['aeg-delivery-count']).toBe('1');
});

test('delivers what was published while it was down', async () => {
  await subscribe();
  await system.events.stop();
  system.events.publish(pushed('node:15-alpine'));

  await system.restart();
  await webhook.notifications(1);

  expect(subjects()).toEqual(['node:15-alpine']);
});

test('gives an event up at once when the endpoint calls it bad, and keeps it for a person to see', async () => {
  await subscribe({ retryPolicy: { maxDeliveryAttempts: 7 } });
  webhook.answers.push(400);

  system.events.publish(pushed('node:15-alpine'));
  const [letter] = await eventually(async () => {
    const letters = await listed<object>('/local/events/deadletters');
    return letters.length > 0 ? letters : undefined;
  });

  expect(letter).toMatchObject({
    subject: 'node:15-alpine',
    deadLetterReason: 'NotRetried',
    deliveryAttempts: 1,
    lastDeliveryOutcome: 'status 400',
  });
});

test('serves one subscription while the endpoint of another hangs', async () => {
  const port = await freePort();
  const first = await openWebhook({ port });
  await subscribe();
  await system.subscribe({ name: 'hanging', properties: { destination: webHook(first.url) } });
  await first.close();
  const hanging = await openHanging(port);

  for (let index = 0; index < 40; index++) system.events.publish(pushed(`node:${index}`));
  await webhook.notifications(40);
  await hanging.close();

  expect(new Set(subjects()).size).toBe(40);
});

test('delivers duplicates and out of order when it is told to', async () => {
  await subscribe();
  const published = Array.from({ length: 20 }, (_, index) => `node:${String(index).padStart(2, '0')}`);

  const wrong = await system.local('PUT', '/local/events/delivery', { copies: -1 });
  await system.local('PUT', '/local/events/delivery', { copies: 2, shuffle: true });
  for (const subject of published) system.events.publish(pushed(subject));
  await webhook.notifications(40);

  expect(wrong.status).toBe(400);
  expect(subjects().toSorted()).toEqual(published.flatMap((subject) => [subject, subject]));
  expect([...new Set(subjects())]).not.toEqual(published);
});

test('loses the share of events that it is told to, all copies of them, and without a dead letter', async () => {
  await subscribe();
  const published = Array.from({ length: 200 }, (_, index) => `node:${index}`);

  const wrong = await system.local('PUT', '/local/events/delivery', { loseShare: 1.5 });
  await system.local('PUT', '/local/events/delivery', { copies: 2, loseShare: 0.5 });
  for (const subject of published) system.events.publish(pushed(subject));
  await eventually(async () => ((await listed('/local/events/pending')).length === 0 ? true : undefined));

  expect(wrong.status).toBe(400);
  const arrived = new Set(subjects());
  expect(subjects()).toHaveLength(2 * arrived.size);
  expect(arrived.size).toBeGreaterThan(60);
  expect(arrived.size).toBeLessThan(140);
  expect(await listed('/local/events/deadletters')).toEqual([]);
});

test('delivers late when it is told to, and in time again when it is told nothing more', async () => {
  await subscribe();

  await system.local('PUT', '/local/events/delivery', { delayMs: 60_000 });
  system.events.publish(pushed('node:late'));
  const shown = await (await system.local('GET', '/local/events/delivery')).json();
  await system.local('PUT', '/local/events/delivery', {});
  system.events.publish(pushed('node:in-time'));
  await webhook.notifications(1);
  const pending = await listed<{ event: { subject: string }; dueAt: string }>('/local/events/pending');

  expect(shown).toEqual({ copies: 1, shuffle: false, loseShare: 0, delayMs: 60_000 });
  expect(subjects()).toEqual(['node:in-time']);
  expect(pending).toMatchObject([{ event: { subject: 'node:late' } }]);
  expect(Date.parse(pending[0]?.dueAt ?? '')).toBeGreaterThan(Date.now() + 30_000);
});
