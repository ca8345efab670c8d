/** The life of a container group: created, served, updated in place, stopped, started, deleted. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import {
  BASE,
  containerIdOf,
  GROUPS,
  groupOf,
  openInstanceSystem,
  page,
  PORT_80,
  RESOURCE_GROUP,
  serve,
  type InstanceSystem,
} from './instances-system.ts';
import { eventually } from './services.ts';

let system: InstanceSystem;
beforeAll(async () => {
  system = await openInstanceSystem();
}, 120_000);
afterAll(() => system.close());

const armGroup = (command: string[]) => ({
  location: 'westeurope',
  properties: {
    osType: 'Linux',
    containers: [
      {
        name: 'main',
        properties: { image: BASE, command, resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } } },
      },
    ],
  },
});

test('serves a page on port 80 of an address of its own', async () => {
  const group = await system.deploy('web', groupOf({ image: BASE, command: serve('hello') }, PORT_80));

  expect(group).toMatchObject({ provisioningState: 'Succeeded', instanceView: { state: 'Running' } });
  expect(group.ipAddress?.ip).toMatch(new RegExp(`^${system.world.config.addresses}\\.\\d+$`));
  expect(await eventually(() => page(group))).toBe('hello\n');
});

test('gives two groups two addresses, both with a port 80', async () => {
  const one = await system.deploy('one', groupOf({ image: BASE, command: serve('I am one') }, PORT_80));
  const two = await system.deploy('two', groupOf({ image: BASE, command: serve('I am two') }, PORT_80));

  expect(one.ipAddress?.ip).not.toBe(two.ipAddress?.ip);
  expect(await eventually(() => page(one))).toBe('I am one\n');
  expect(await eventually(() => page(two))).toBe('I am two\n');
});

test('accepts with 201, an operation to ask for, and the address already there', async () => {
  const put = await system.arm('PUT', `${GROUPS}/accepted`, armGroup(['sleep', '60']));

  expect(put.status).toBe(201);
  expect(put.headers.get('retry-after')).toBe('1');
  expect(put.body).toMatchObject({
    properties: { provisioningState: 'Pending', instanceView: { events: [], state: 'Pending' } },
  });
  const path = new URL(put.headers.get('azure-asyncoperation') ?? '').pathname;
  const ended = await eventually(async () => {
    const { body } = await system.arm('GET', path);
    return (body as { status: string }).status === 'Pending' ? undefined : body;
  });
  expect(ended).toMatchObject({
    id: `${GROUPS}/accepted`,
    status: 'Succeeded',
    properties: {
      events: [{ name: 'Pulling' }, { name: 'Pulled' }, { name: 'Created' }, { name: 'Started', type: 'Normal' }],
    },
  });
});

test('finds the group whatever the case of the path', async () => {
  await system.deploy('cased', groupOf({ image: BASE, command: ['sleep', '60'] }));

  const { status, body } = await system.arm('GET', `${GROUPS}/cased`.toUpperCase());

  expect(status).toBe(200);
  expect(body).toMatchObject({ id: `${GROUPS}/cased`, name: 'cased' });
});

test('restarts nothing when the same is put again', async () => {
  const specification = groupOf({ image: BASE, command: ['sleep', '60'] }, { tags: { owner: 'a' } });
  await system.deploy('same', specification);
  const before = containerIdOf(system, 'same');

  const group = await system.deploy('same', { ...specification, tags: { owner: 'b' } });

  expect(containerIdOf(system, 'same')).toBe(before);
  expect(group.tags).toEqual({ owner: 'b' });
});

test('replaces the containers of a changed group in place and keeps its address', async () => {
  const before = await system.deploy('changing', groupOf({ image: BASE, command: serve('green') }, PORT_80));
  await eventually(() => page(before));

  const after = await system.deploy('changing', groupOf({ image: BASE, command: serve('blue') }, PORT_80));

  expect(after.ipAddress?.ip).toBe(before.ipAddress?.ip);
  expect(await eventually(() => page(after))).toBe('blue\n');
});

test('resets what a changed group leaves out', async () => {
  const variables = [{ name: 'COLOUR', value: 'green' }];
  await system.deploy('reset', groupOf({ image: BASE, command: ['sleep', '60'], environmentVariables: variables }));

  const group = await system.deploy('reset', groupOf({ image: BASE, command: ['sleep', '61'] }));

  expect(group.containers[0]?.environmentVariables).toEqual([]);
});

test('refuses by name what cannot change in place, and leaves the group as it runs', async () => {
  await system.deploy('fixed', groupOf({ image: BASE, command: ['sleep', '60'] }));
  const before = containerIdOf(system, 'fixed');

  const refused = system.deploy(
    'fixed',
    groupOf({ image: BASE, command: ['sleep', '60'] }, { restartPolicy: 'Never' }),
  );

  await expect(refused).rejects.toMatchObject({
    code: 'InvalidContainerGroupUpdate',
    statusCode: 400,
    message: expect.stringContaining('restartPolicy'),
  });
  expect(containerIdOf(system, 'fixed')).toBe(before);
});

test('refuses a second change while the first is under way', async () => {
  await system.arm('PUT', `${GROUPS}/busy`, armGroup(['sleep', '60']));

  const second = await system.arm('PUT', `${GROUPS}/busy`, armGroup(['sleep', '61']));

  expect(second).toMatchObject({ status: 409, body: { error: { code: 'ContainerGroupTransitioning' } } });
});

test('stops with 204 and starts again at the same address', async () => {
  const group = await system.deploy('paused', groupOf({ image: BASE, command: serve('here') }, PORT_80));
  await eventually(() => page(group));

  const stop = await system.arm('POST', `${GROUPS}/paused/stop`);

  expect(stop.status).toBe(204);
  expect(await system.client.containerGroups.get(RESOURCE_GROUP, 'paused')).toMatchObject({
    instanceView: { state: 'Stopped' },
    containers: [{ instanceView: { currentState: { state: 'Terminated' } } }],
  });
  expect(await page(group)).toBeUndefined();

  await system.client.containerGroups.beginStartAndWait(RESOURCE_GROUP, 'paused', { updateIntervalInMs: 100 });

  expect(await eventually(() => page(group))).toBe('here\n');
});

test('gives a group that is deleted and made again its old address', async () => {
  const before = await system.deploy('phoenix', groupOf({ image: BASE, command: serve('first') }, PORT_80));
  await eventually(() => page(before));

  await system.client.containerGroups.beginDeleteAndWait(RESOURCE_GROUP, 'phoenix');

  expect(await page(before)).toBeUndefined();
  await expect(system.client.containerGroups.get(RESOURCE_GROUP, 'phoenix')).rejects.toMatchObject({
    code: 'ResourceNotFound',
    statusCode: 404,
  });
  const after = await system.deploy('phoenix', groupOf({ image: BASE, command: serve('second') }, PORT_80));
  expect(after.ipAddress?.ip).toBe(before.ipAddress?.ip);
  expect(await eventually(() => page(after))).toBe('second\n');
});

test('deletes what is not there with 204', async () => {
  expect(await system.arm('DELETE', `${GROUPS}/never-made`)).toMatchObject({ status: 204 });
});

test('lists without the instance view', async () => {
  await system.deploy('listed', groupOf({ image: BASE, command: ['sleep', '60'] }));

  const inGroup = await system.arm('GET', GROUPS);
  const inSubscription = await system.arm('GET', GROUPS.replace(/resourceGroups\/[^/]+\//, ''));

  for (const { body } of [inGroup, inSubscription]) {
    const listed = (body as { value: { name: string; properties: object }[] }).value.find(
      ({ name }) => name === 'listed',
    );
    expect(listed?.properties).toMatchObject({ provisioningState: 'Succeeded' });
    expect(JSON.stringify(listed)).not.toContain('instanceView');
  }
});

test('patches tags and restarts nothing', async () => {
  await system.deploy('tagged', groupOf({ image: BASE, command: ['sleep', '60'] }));
  const before = containerIdOf(system, 'tagged');

  const group = await system.client.containerGroups.update(RESOURCE_GROUP, 'tagged', { tags: { owner: 'team-a' } });

  expect(group.tags).toEqual({ owner: 'team-a' });
  expect(containerIdOf(system, 'tagged')).toBe(before);
});

test('answers the last lines of the log', async () => {
  const command = ['/bin/sh', '-c', 'for i in 1 2 3; do echo line $i; done; sleep 60'];
  await system.deploy('talking', groupOf({ image: BASE, command }));

  const log = await eventually(async () => {
    const { content } = await system.client.containers.listLogs(RESOURCE_GROUP, 'talking', 'main', { tail: 2 });
    return content?.includes('line 3') ? content : undefined;
  });

  expect(log).toBe('line 2\nline 3\n');
});

test('never gives a secret back', async () => {
  const { username, password } = system.login;
  const secret = Buffer.from('in the volume').toString('base64');
  const group = await system.deploy('secretive', {
    ...groupOf({
      image: BASE,
      command: ['/bin/sh', '-c', 'echo $OPEN $TOKEN $(cat /secrets/key); sleep 60'],
      environmentVariables: [
        { name: 'OPEN', value: 'to see' },
        { name: 'TOKEN', secureValue: 'in the environment' },
      ],
      volumeMounts: [{ name: 'keys', mountPath: '/secrets' }],
    }),
    volumes: [{ name: 'keys', secret: { key: secret } }],
    imageRegistryCredentials: [{ server: system.registry, username, password }],
  });

  const log = await eventually(async () => {
    const { content } = await system.client.containers.listLogs(RESOURCE_GROUP, 'secretive', 'main');
    return content || undefined;
  });
  expect(log).toBe('to see in the environment in the volume\n');
  const answers = JSON.stringify([group, (await system.arm('GET', GROUPS)).body]);
  for (const hidden of ['in the environment', secret, password]) expect(answers).not.toContain(hidden);
  expect(group.containers[0]?.environmentVariables).toEqual([{ name: 'OPEN', value: 'to see' }, { name: 'TOKEN' }]);
  expect(group.volumes).toEqual([{ name: 'keys', secret: {} }]);
  expect(group.imageRegistryCredentials).toEqual([{ server: system.registry, username }]);
});

test('refuses by name what is not emulated', async () => {
  const share = { shareName: 's', storageAccountName: 'a', storageAccountKey: 'k' };
  const refused = system.deploy('sharing', {
    ...groupOf({ image: BASE }),
    volumes: [{ name: 'share', azureFile: share }],
    initContainers: [{ name: 'first', image: BASE }],
  });

  await expect(refused).rejects.toMatchObject({
    code: 'NotEmulated',
    message: expect.stringMatching(/volumes\.0\.azureFile.*initContainers|initContainers.*volumes\.0\.azureFile/),
  });
});

test('refuses exec by name', async () => {
  await system.deploy('executed', groupOf({ image: BASE, command: ['sleep', '60'] }));

  const exec = await system.arm('POST', `${GROUPS}/executed/containers/main/exec`, { command: '/bin/sh' });

  expect(exec).toMatchObject({
    status: 400,
    body: { error: { code: 'NotEmulated', message: expect.stringContaining('podman exec') } },
  });
});
