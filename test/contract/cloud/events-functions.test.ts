/** Subscriptions whose destination is a function of the app: they are delivered to the webhook of its host. */
import { afterEach, beforeEach, expect, test } from 'vitest';
import { virtualClock, type VirtualClock } from '../../../local/clock.ts';
import { openEventSystem, pushed, REGISTRY, subscriptionPath, type EventSystem } from './events-system.ts';
import { openWebhook, type Webhook } from './events-webhook.ts';
import { eventually } from './services.ts';

const FUNCTIONS =
  '/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/contract-rg/providers/Microsoft.Web/sites';

let clock: VirtualClock;
let system: EventSystem;
let host: Webhook;
beforeEach(async () => {
  clock = virtualClock(Date.now());
  host = await openWebhook();
  const { origin } = new URL(host.url);
  const functionApp = { name: 'gated-import', resourceGroup: 'Contract-RG', url: origin };
  system = await openEventSystem({ clock, functionApp });
});
afterEach(async () => {
  await system.close();
  await host.close();
});

const toFunction = (resourceId: string) => ({
  endpointType: 'AzureFunction',
  properties: { resourceId, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 },
});
const subscribe = (resourceId = `${FUNCTIONS}/GATED-import/functions/onImagePushed`) =>
  system.subscribe({ name: 'gated-import', properties: { destination: toFunction(resourceId) } });

test('delivers to the function by its name', async () => {
  const put = await subscribe();

  system.events.publish(pushed('node:15-alpine'));
  clock.advance(1);
  const [received] = await host.notifications(1);

  expect(put.status).toBe('Succeeded');
  expect(received?.path).toBe('/runtime/webhooks/eventgrid?functionName=onImagePushed');
  expect(received?.body).toEqual([pushed('node:15-alpine')]);
});

test('shows the function, which has no secret address', async () => {
  await subscribe();

  const shown = await system.arm('GET', subscriptionPath(REGISTRY, 'gated-import'));
  const full = await system.arm('POST', subscriptionPath(REGISTRY, 'gated-import/getFullUrl'));

  const destination = toFunction(`${FUNCTIONS}/GATED-import/functions/onImagePushed`);
  expect(await shown.json()).toMatchObject({ properties: { destination } });
  expect(full.status).toBe(400);
});

test.each([
  ['another app', `${FUNCTIONS}/other/functions/onImagePushed`],
  ['a resource that is no function', `${FUNCTIONS}/gated-import`],
])('says that %s is not found', async (_what, resourceId) => {
  const { status, error } = await subscribe(resourceId);

  expect(status).toBe('Failed');
  expect(error?.code).toBe('Endpoint validation');
  expect(error?.message).toContain(`Destination endpoint not found. Resource details: resourceId: ${resourceId}.`);
});

test('says so too when the app has no such function, and works once it is deployed', async () => {
  host.handshake = 'refuse';
  const before = await subscribe();
  host.handshake = 'echo';

  const after = await subscribe();

  expect(before).toMatchObject({ status: 'Failed', error: { code: 'Endpoint validation' } });
  expect(after.status).toBe('Succeeded');
});

test('tries again after a 401, which only a webhook means for good', async () => {
  await subscribe();
  host.answers = [401];

  system.events.publish(pushed('node:15-alpine'));
  clock.advance(1);
  await host.notifications(1);
  await eventually(() => (system.logged.some((line) => line.includes('again in 10 s')) ? true : undefined));
  clock.advance(10_000);

  expect(await host.notifications(2)).toHaveLength(2);
});
