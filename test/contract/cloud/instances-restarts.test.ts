/** What happens to a container that ends, hangs, or is taken away; and to all of them when the cloud itself ends. */
import type { ContainerGroup } from '@azure/arm-containerinstance';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openGroups } from '../../../local/cloud/instances/group.ts';
import {
  BASE,
  containerIdOf,
  groupOf,
  openInstanceSystem,
  page,
  PORT_80,
  RESOURCE_GROUP,
  serve,
  storedGroup,
  type InstanceSystem,
} from './instances-system.ts';
import { eventually } from './services.ts';

let system: InstanceSystem;
beforeAll(async () => {
  system = await openInstanceSystem();
}, 120_000);
afterAll(() => system.close());

const get = (name: string): Promise<ContainerGroup> => system.client.containerGroups.get(RESOURCE_GROUP, name);

/** The group, as soon as its one container is as `matches` says. */
const until = (
  name: string,
  matches: (view: NonNullable<ContainerGroup['containers'][number]['instanceView']>) => boolean,
): Promise<ContainerGroup> =>
  eventually(
    async () => {
      const group = await get(name);
      const view = group.containers[0]?.instanceView;
      return view && matches(view) ? group : undefined;
    },
    20_000,
    { everyMs: 100 },
  );

const takeAway = async (name: string): Promise<void> => {
  const id = containerIdOf(system, name) ?? '';
  await system.engine.ok(['kill', id]);
  await system.engine.ok(['rm', id]);
};

const exits = (code: number) => ['/bin/sh', '-c', `sleep 1; exit ${code}`];

test('starts a crashed container again at once, and backs off when it crashes again', async () => {
  await system.deploy('crashing', groupOf({ image: BASE, command: exits(3) }, { restartPolicy: 'Always' }));

  const group = await until('crashing', ({ currentState }) => currentState?.state === 'Waiting');

  expect(group).toMatchObject({ provisioningState: 'Succeeded', instanceView: { state: 'Running' } });
  expect(group.containers[0]?.instanceView).toMatchObject({
    restartCount: 1,
    currentState: { state: 'Waiting', detailStatus: 'CrashLoopBackOff: Back-off 10s restarting failed' },
    previousState: { state: 'Terminated', exitCode: 3, detailStatus: 'Error' },
  });
  const events = group.containers[0]?.instanceView?.events;
  expect(events).toContainEqual(expect.objectContaining({ name: 'BackOff', type: 'Warning', count: 1 }));
  expect(events).toContainEqual(expect.objectContaining({ name: 'Started', type: 'Normal', count: 2 }));
});

test.each([
  ['Never', 0, 'Succeeded', 'Completed'],
  ['Never', 7, 'Failed', 'Error'],
  ['OnFailure', 0, 'Succeeded', 'Completed'],
])('%s: leaves a container that ended with %i, and the group is %s', async (restartPolicy, exitCode, state, detail) => {
  const name = `ends-${restartPolicy.toLowerCase()}-${exitCode}`;
  await system.deploy(name, groupOf({ image: BASE, command: exits(exitCode) }, { restartPolicy }));

  const group = await until(name, ({ currentState }) => currentState?.state === 'Terminated');

  expect(group.instanceView?.state).toBe(state);
  expect(group.containers[0]?.instanceView).toMatchObject({
    restartCount: 0,
    currentState: { exitCode, detailStatus: detail, finishTime: expect.any(Date) },
  });
});

test('OnFailure: starts a container that failed again', async () => {
  await system.deploy('retried', groupOf({ image: BASE, command: exits(9) }, { restartPolicy: 'OnFailure' }));

  const group = await until('retried', ({ restartCount }) => restartCount === 1);

  expect(group.containers[0]?.instanceView?.previousState).toMatchObject({ exitCode: 9 });
});

test('deploys a group that has ended as a new one, also with another restart policy', async () => {
  await system.deploy('ended', groupOf({ image: BASE, command: exits(0) }, { restartPolicy: 'Never' }));
  await until('ended', ({ currentState }) => currentState?.state === 'Terminated');

  const group = await system.deploy('ended', groupOf({ image: BASE, command: ['sleep', '60'] }));

  expect(group.containers[0]?.instanceView?.currentState?.state).toBe('Running');
});

test('says why a container cannot be started', async () => {
  const refused = system.deploy(
    'impossible',
    groupOf({ image: BASE, command: ['/no/such/program'] }, { restartPolicy: 'Never' }),
  );

  await expect(refused).rejects.toThrow(/"main" could not be started/);
  const group = await get('impossible');
  expect(group.provisioningState).toBe('Failed');
  expect(group.containers[0]?.instanceView?.events).toContainEqual(
    expect.objectContaining({ name: 'Failed', type: 'Warning', message: expect.stringContaining('/no/such/program') }),
  );
});

test('restarts a container whose liveness probe by HTTP fails', async () => {
  const command = [
    '/bin/sh',
    '-c',
    `${serve('well')[2]?.replace('exec httpd', '(sleep 2; rm /www/index.html) & exec httpd')}`,
  ];
  const livenessProbe = { httpGet: { path: '/index.html', port: 80 }, periodSeconds: 1, failureThreshold: 2 };
  await system.deploy('ailing', groupOf({ image: BASE, command, livenessProbe }, PORT_80));

  const group = await until('ailing', ({ restartCount }) => restartCount === 1);

  const events = group.containers[0]?.instanceView?.events;
  expect(events).toContainEqual(
    expect.objectContaining({
      name: 'Unhealthy',
      type: 'Warning',
      message: 'Liveness probe failed: HTTP probe failed with statuscode: 404',
    }),
  );
  expect(events).toContainEqual(expect.objectContaining({ name: 'Killing', type: 'Normal' }));
});

test('restarts a container whose liveness probe by command fails', async () => {
  const command = ['/bin/sh', '-c', 'touch /alive; sleep 2; rm /alive; sleep 600'];
  const livenessProbe = { exec: { command: ['cat', '/alive'] }, periodSeconds: 1, failureThreshold: 1 };
  await system.deploy('fading', groupOf({ image: BASE, command, livenessProbe }));

  const group = await until('fading', ({ restartCount }) => restartCount === 1);

  expect(group.containers[0]?.instanceView?.events).toContainEqual(
    expect.objectContaining({ name: 'Unhealthy', message: 'Liveness probe failed: command exited with 1' }),
  );
});

test('leaves a container alone that is not ready, and says so', async () => {
  const readinessProbe = { httpGet: { path: '/missing', port: 8080 }, periodSeconds: 1, failureThreshold: 1 };
  const command = ['/bin/sh', '-c', 'mkdir /www; exec httpd -f -p 8080 -h /www'];
  await system.deploy('unready', groupOf({ image: BASE, command, readinessProbe }));

  const group = await until('unready', ({ events }) => events?.some(({ count }) => (count ?? 0) >= 2) ?? false);

  expect(group.containers[0]?.instanceView).toMatchObject({ restartCount: 0, currentState: { state: 'Running' } });
  expect(group.containers[0]?.instanceView?.events).toContainEqual(
    expect.objectContaining({
      name: 'Unhealthy',
      message: expect.stringMatching(/^Readiness probe failed: HTTP probe failed/),
    }),
  );
});

test('containers of a group share localhost and volumes, and the address outlives the one that serves', async () => {
  const resources = { requests: { cpu: 0.5, memoryInGB: 0.5 } };
  const volumeMounts = [{ name: 'shared', mountPath: '/www' }];
  const server = ['/bin/sh', '-c', 'httpd -p 80 -h /www; sleep 4; exit 1'];
  const writer = [
    '/bin/sh',
    '-c',
    'while ! wget -q -O /www/seen http://127.0.0.1/index.html; do echo hi > /www/index.html; done; sleep 600',
  ];
  const group = await system.deploy('pair', {
    location: 'westeurope',
    osType: 'Linux',
    ...PORT_80,
    volumes: [{ name: 'shared', emptyDir: {} }],
    containers: [
      { name: 'server', image: BASE, command: server, resources, volumeMounts },
      { name: 'writer', image: BASE, command: writer, resources, volumeMounts },
    ],
  });

  expect(await eventually(() => page(group, '/seen'))).toBe('hi\n');
  await until('pair', ({ restartCount }) => restartCount === 1);
  expect(await eventually(() => page(group, '/seen'))).toBe('hi\n');
  expect((await get('pair')).containers[1]?.instanceView?.restartCount).toBe(0);
});

test('starts a container again that somebody removed', async () => {
  const group = await system.deploy('robbed', groupOf({ image: BASE, command: serve('back') }, PORT_80));
  await eventually(() => page(group));

  await takeAway('robbed');

  await until('robbed', ({ restartCount }) => restartCount === 1);
  expect(await eventually(() => page(group))).toBe('back\n');
});

test('brings a group back whose network somebody took away', async () => {
  const group = await system.deploy('cut-off', groupOf({ image: BASE, command: serve('again') }, PORT_80));
  await eventually(() => page(group));

  await system.engine.ok(['kill', 'instances-cut-off.pause']);

  await until('cut-off', ({ restartCount }) => restartCount === 1);
  expect(await eventually(() => page(group))).toBe('again\n');
});

test('a restarted cloud adopts what runs, starts what is missing, and removes what it does not know', async () => {
  const kept = await system.deploy('kept', groupOf({ image: BASE, command: serve('kept') }, PORT_80));
  const lost = await system.deploy('lost', groupOf({ image: BASE, command: serve('lost') }, PORT_80));
  const keptId = containerIdOf(system, 'kept');
  const unknown = ['--label', 'gated-import.instances=instances', '--label', 'gated-import.group=other/rg/unknown'];

  await system.restartService({
    meanwhile: async () => {
      expect(await eventually(() => page(kept))).toBe('kept\n');
      await takeAway('lost');
      await system.engine.ok(['run', '-d', '--name', 'unknown', ...unknown, BASE, 'sleep', '60']);
    },
  });

  expect(await eventually(() => page(lost))).toBe('lost\n');
  expect(await page(kept)).toBe('kept\n');
  expect(containerIdOf(system, 'kept')).toBe(keptId);
  expect((await get('kept')).containers[0]?.instanceView?.restartCount).toBe(0);
  expect((await system.engine.exec(['inspect', 'unknown'])).code).not.toBe(0);
});

test('a restarted cloud goes on with a deployment that a crash cut off', async () => {
  const group = await system.deploy('cut-short', groupOf({ image: BASE, command: serve('done') }, PORT_80));
  const { key } = storedGroup(system, 'cut-short');

  await system.restartService({
    meanwhile: async () => {
      await takeAway('cut-short');
      // As the store is after a kill in the middle: accepted, and nothing started yet.
      const containers = [
        { name: 'main', restarts: 0, current: { state: 'Waiting' as const, detailStatus: '' }, events: [] },
      ];
      openGroups(system.world.store).change(key, () => ({ provisioning: 'Pending', containers }));
    },
  });

  expect(await eventually(() => page(group))).toBe('done\n');
  const succeeded = await eventually(async () => {
    const now = await get('cut-short');
    return now.provisioningState === 'Pending' ? undefined : now;
  });
  expect(succeeded).toMatchObject({ provisioningState: 'Succeeded', instanceView: { state: 'Running' } });
});
