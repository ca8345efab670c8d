/** Dead letters as blobs, on the storage emulator. */
import { join } from 'node:path';
import { BlobServiceClient, type ContainerClient } from '@azure/storage-blob';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { openEventSystem, pushed, REGISTRY, webHook, type EventSystem } from './events-system.ts';
import { openWebhook, type Webhook } from './events-webhook.ts';
import { app, credentialOf, eventually, freePort, openTestWorld, type TestWorld } from './services.ts';

const GROUP = '/subscriptions/33333333-3333-4333-8333-333333333333/resourceGroups/contract-rg';
const ACCOUNT = `${GROUP}/providers/Microsoft.Storage/storageAccounts/gated`;
const TOPIC = `${GROUP}/providers/Microsoft.EventGrid/systemTopics/evgt-base`;

let machine: TestWorld;
let storage: Storage;
beforeAll(async () => {
  machine = await openTestWorld();
  const ports = { blob: await freePort(), table: await freePort() };
  storage = await startStorage({
    ...{ tls: machine.world.tls, directory: join(machine.world.directory, 'storage'), accounts: ['gated'], ports },
  });
  trust(machine.world.tls.caFile);
}, 60_000);
afterAll(async () => {
  await storage.stop();
  await machine.close();
});

let system: EventSystem;
let webhook: Webhook;
let container: ContainerClient;
beforeEach(async () => {
  system = await openEventSystem({
    storage: {
      accounts: [{ name: 'gated', resourceGroup: 'contract-rg' }],
      blobEndpoint: new URL(storage.blobEndpoint).origin,
    },
  });
  webhook = await openWebhook();
  const blobs = new BlobServiceClient(storage.blobEndpoint, credentialOf(system.identity, app));
  container = blobs.getContainerClient(`letters-${crypto.randomUUID()}`);
  await container.create();
});
afterEach(async () => {
  await system.close();
  await webhook.close();
});

const destination = (resourceId = ACCOUNT) => ({
  endpointType: 'StorageBlob',
  properties: { resourceId, blobContainerName: container.containerName },
});

async function letters(): Promise<{ name: string; content: unknown }[]> {
  const found: { name: string; content: unknown }[] = [];
  for await (const { name } of container.listBlobsFlat()) {
    found.push({ name, content: JSON.parse((await container.getBlobClient(name).downloadToBuffer()).toString()) });
  }
  return found;
}
const theLetters = () => eventually(async () => ((await letters()).length > 0 ? letters() : undefined));

/** A system topic with an identity, whose object id is the answer. */
async function makeTopic(): Promise<string> {
  const put = await system.arm('PUT', TOPIC, {
    location: 'westeurope',
    identity: { type: 'SystemAssigned' },
    properties: { source: REGISTRY, topicType: 'Microsoft.ContainerRegistry.Registries' },
  });
  return ((await put.json()) as { identity: { principalId: string } }).identity.principalId;
}

const withIdentity = () => ({
  destination: webHook(webhook.url),
  deadLetterWithResourceIdentity: { identity: { type: 'SystemAssigned' }, deadLetterDestination: destination() },
});

async function subscribeTopic(): Promise<Response> {
  const path = `${TOPIC}/eventSubscriptions/gated`;
  const put = await system.arm('PUT', path, { properties: withIdentity() });
  if (put.status < 400) {
    await eventually(async () => {
      const { properties } = (await (await system.arm('GET', path)).json()) as {
        properties: { provisioningState: string };
      };
      return properties.provisioningState === 'Succeeded' ? true : undefined;
    });
  }
  return put;
}

test('writes an event that no retry can deliver as a blob of its container', async () => {
  await system.subscribe({
    name: 'gated',
    properties: { destination: webHook(webhook.url), deadLetterDestination: destination() },
  });
  webhook.answers.push(400, 400);

  system.events.publish(pushed('node:15-alpine'));

  const [letter] = await theLetters();
  expect(letter?.name).toMatch(/^base\/GATED\/\d{4}\/\d{1,2}\/\d{1,2}\/\d{1,2}\/[0-9a-f-]{36}\.json$/);
  expect(letter?.content).toMatchObject([
    { ...pushed('node:15-alpine'), deadLetterReason: 'NotRetried', deliveryAttempts: 1 },
  ]);
  const listed = (await (await system.local('GET', '/local/events/deadletters')).json()) as { value: object[] };
  expect(listed.value).toMatchObject([{ blob: { container: container.containerName, state: 'written' } }]);
});

test('writes with the identity of the system topic, which needs a role on the container', async () => {
  const principalId = await makeTopic();
  await subscribeTopic();
  webhook.answers.push(400, 400);

  system.events.publish(pushed('node:1'));
  await eventually(() => system.logged.find((line) => line.includes('could not be written')));
  const before = await letters();
  const scope = `${ACCOUNT}/blobServices/default/containers/${container.containerName}`;
  system.roles.assign(principalId, 'Storage Blob Data Contributor', scope);
  system.events.publish(pushed('node:2'));

  const after = await theLetters();
  expect(before).toEqual([]);
  expect(system.logged.join('\n')).toContain(`${principalId} has no role with`);
  expect(after.map(({ content }) => content)).toMatchObject([[{ subject: 'node:2' }]]);
});

test('refuses another storage account, and an identity that is not there', async () => {
  const put = (deadLetterDestination: object) =>
    system.arm('PUT', `${REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions/gated`, {
      properties: { destination: webHook(webhook.url), deadLetterDestination },
    });

  const elsewhere = await put(destination(ACCOUNT.replace('gated', 'another')));
  const queue = await put({ endpointType: 'StorageQueue', properties: {} });
  const extension = await system.arm('PUT', `${REGISTRY}/providers/Microsoft.EventGrid/eventSubscriptions/gated`, {
    properties: withIdentity(),
  });

  expect([elsewhere.status, queue.status, extension.status]).toEqual([400, 400, 400]);
  expect(await elsewhere.text()).toContain(`the storage accounts of this cloud are ${ACCOUNT}`);
  expect(await extension.text()).toContain('needs a system topic with a system-assigned identity');
});
