import { expect, test } from 'vitest';
import type { StoredGroup } from '../../../../local/cloud/instances/group.ts';
import { launchOf } from '../../../../local/cloud/instances/launch.ts';
import type { Container } from '../../../../local/cloud/instances/specification.ts';

const container: Container = {
  name: 'web',
  properties: {
    image: 'localhost/web:1',
    command: ['/bin/sh', '-c', 'serve'],
    environmentVariables: [
      { name: 'COLOUR', value: 'green' },
      { name: 'TOKEN', secureValue: 'hidden' },
      { name: 'PATH', secureValue: '/of/the/container' },
    ],
    resources: { requests: { cpu: 512, memoryInGB: 1.5 }, limits: { memoryInGB: 2 } },
    volumeMounts: [
      { name: 'data', mountPath: '/data' },
      { name: 'keys', mountPath: '/keys' },
    ],
  },
};
const group: StoredGroup = {
  subscription: 's',
  resourceGroup: 'rg',
  name: 'app',
  address: '127.0.5.3',
  provisioning: 'Pending',
  wanted: 'running',
  operation: 'o',
  containers: [],
  events: [],
  asked: {
    location: 'westus',
    properties: {
      osType: 'Linux',
      containers: [container],
      volumes: [
        { name: 'data', emptyDir: {} },
        { name: 'keys', secret: { key: 'a2V5' } },
      ],
    },
  },
};
const launch = launchOf({ instance: 'demo', group, container, imageId: 'sha256:abc', limited: true });

test('gives a secure value to the engine in its environment, where no other process reads it', () => {
  expect(launch.environment).toEqual({ TOKEN: 'hidden' });
  expect(launch.command.join(' ')).not.toContain('hidden');
  expect(launch.command).toContain('TOKEN');
});

test('never changes a variable that the engine itself runs with', () => {
  expect(launch.environment).not.toHaveProperty('PATH');
  expect(launch.command).toContain('PATH=/of/the/container');
});

test('replaces the entry point of the image by the command', () => {
  const at = launch.command.indexOf('--entrypoint');

  expect(launch.command[at + 1]).toBe('/bin/sh');
  expect(launch.command.slice(-3)).toEqual(['sha256:abc', '-c', 'serve']);
});

test('limits CPU to what the machine has, and memory to the limit rather than the request', () => {
  const cpus = Number(launch.command[launch.command.indexOf('--cpus') + 1]);

  expect(cpus).toBeLessThan(512);
  expect(launch.command[launch.command.indexOf('--memory') + 1]).toBe('2048m');
});

test('leaves limits out where the engine has none', () => {
  const without = launchOf({ instance: 'demo', group, container, imageId: 'sha256:abc', limited: false });

  expect(without.command).not.toContain('--memory');
  expect(without.command).not.toContain('--cpus');
});

test('mounts secret volumes read-only', () => {
  expect(launch.command).toContain('demo-app.data:/data');
  expect(launch.command).toContain('demo-app.keys:/keys:ro');
});

test('shares the network of the group', () => {
  expect(launch.command).toContain('container:demo-app.pause');
});
