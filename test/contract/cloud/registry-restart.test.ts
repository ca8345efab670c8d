import { request } from 'node:https';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { basic, REGISTRY, resourceGroup, startRegistries, type RegistryFixture } from './registry-fixture.ts';
import { content, image, pushBlob, pushImage } from './registry-images.ts';
import { eventually } from './services.ts';

let registry: RegistryFixture;

beforeEach(async () => {
  registry = await startRegistries();
});
afterEach(() => registry.close());

const bytesHeld = async (): Promise<number> => {
  const { value = [] } = await registry.arm.registries.listUsages(resourceGroup, REGISTRY.base);
  return value.find(({ name }) => name === 'Size')?.currentValue ?? 0;
};

test('images, locks and passwords are still there', async () => {
  const pushed = await image('kept');
  await pushImage(registry, 'base', { repository: 'kept', reference: 'v1', image: pushed });
  await registry.acr('base').getArtifact('kept', 'v1').updateTagProperties('v1', { canWrite: false });
  await registry.arm.registries.beginUpdateAndWait(resourceGroup, REGISTRY.base, { adminUserEnabled: true });
  const { passwords: before = [] } = await registry.arm.registries.listCredentials(resourceGroup, REGISTRY.base);

  registry = await registry.restart();

  const admin = { username: REGISTRY.base, password: before[0]?.value ?? '' };
  const pulled = await registry.call('base', '/v2/kept/manifests/v1', { as: admin });
  expect(pulled.headers.get('docker-content-digest')).toBe(pushed.manifest.digest);
  expect(await registry.acr('base').getArtifact('kept', 'v1').getTagProperties('v1')).toMatchObject({
    canWrite: false,
  });
});

test('an upload goes on where it was', async () => {
  const blob = content('before after');
  const started = await registry.call('base', '/v2/going-on/blobs/uploads/', { method: 'POST' });
  const location = started.headers.get('location') ?? '';
  await registry.call('base', location, { method: 'PATCH', body: 'before ' });

  registry = await registry.restart();
  await registry.call('base', location, { method: 'PATCH', body: 'after', headers: { 'content-range': '7-11' } });
  const finished = await registry.call('base', `${location}?digest=${blob.digest}`, { method: 'PUT' });

  expect(finished.status).toBe(201);
  expect(await (await registry.call('base', `/v2/going-on/blobs/${blob.digest}`)).text()).toBe('before after');
});

test('an upload whose connection broke keeps what came before', async () => {
  const started = await registry.call('base', '/v2/broken/blobs/uploads/', { method: 'POST' });
  const location = started.headers.get('location') ?? '';
  const authorization = basic(registry.registries.login(registry.loginServer('base')));
  const broken = request(`https://${registry.loginServer('base')}${location}`, {
    method: 'PATCH',
    headers: { authorization, 'content-length': 1000 },
  });
  broken.on('error', () => undefined);
  broken.write('the beginning');
  const range = async () => {
    const status = await registry.call('base', location);
    return status.headers.get('range') === '0-12' || undefined;
  };
  await eventually(range);
  broken.destroy();

  const resumed = await eventually(async () => {
    const response = await registry.call('base', location, { method: 'PATCH', body: ' and the end' });
    return response.status === 202 ? response : undefined;
  });

  expect(resumed.headers.get('range')).toBe('0-24');
});

test('the space of deleted images is given back at the next start, and what is used or new is not', async () => {
  const [kept, deleted] = await Promise.all([image('kept'), image('deleted')]);
  const unfinished = content('a blob whose manifest is still to come');
  await pushImage(registry, 'base', { repository: 'swept', reference: 'kept', image: kept });
  await pushBlob(registry, 'base', 'swept', unfinished);
  const wanted = await bytesHeld();
  await pushImage(registry, 'base', { repository: 'gone', image: deleted });
  await registry.acr('base').deleteRepository('gone');
  const before = await bytesHeld();

  registry = await registry.restart();

  expect(before).toBeGreaterThan(wanted);
  expect(await bytesHeld()).toBe(wanted);
  expect((await registry.call('base', `/v2/swept/blobs/${unfinished.digest}`)).status).toBe(200);
});
