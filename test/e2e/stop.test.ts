/** How a system ends and comes back: storage that dies alone, a stop as by Ctrl+C, and one that leaves the container groups running. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { missing } from '../../local/demo/until.ts';
import { createAzureClient } from '../../local/provision/azure-client.ts';
import { inResourceGroup, location } from '../../local/azure.ts';
import { startSystem, whileAway, type System } from './system.ts';

const RESOURCE_GROUP = 'stop-rg';
const GROUP = 'stays';
const API_VERSION = '2023-05-01';
const UP_WITHIN_SECONDS = 60;

let system: System;
beforeAll(async () => {
  system = await startSystem();
  await deploy();
});
afterAll(() => system.destroy());

test('storage that dies alone is started again, and the app goes on', async () => {
  await system.local.kill('storage', 'SIGKILL');

  await system.wait(
    'the app says that all is well',
    whileAway(async () => {
      // Degraded, with 503, for as long as the ledger does not answer it.
      const answer = await fetch(`${system.local.endpoints.app}/api/health`);
      return answer.ok ? true : missing(await answer.text());
    }),
    { withinSeconds: UP_WITHIN_SECONDS },
  );
  expect(system.local.restarts).toMatchObject({ storage: 1, cloud: 0 });
});

test('a stop leaves the containers of groups running, and the next start finds them', async () => {
  const before = await containers();

  await system.restart(async () => expect(await containers()).toEqual(before));

  await page();
  expect(await containers()).toEqual(before);
});

test('a stop with the containers leaves none, and the next start brings the groups back at the same address', async () => {
  const { url } = await page();
  const { local } = system;

  await local.stop({ containers: 'remove' });
  const left = await local.engine.ok(['ps', '--all', '--quiet', '--filter', `label=${local.engine.label}`]);
  // Starts again; it has been stopped already.
  await system.restart();

  expect(left).toBe('');
  expect(await page()).toEqual({ url, html: 'it stays\n' });
});

/** A group that serves a page, from the one image that is always there. */
async function deploy(): Promise<void> {
  const { host, username, password } = system.local.endpoints.registries.public;
  const id = inResourceGroup(RESOURCE_GROUP, 'Microsoft.ContainerInstance/containerGroups', GROUP);
  await createAzureClient(system.local.instance).put(id, API_VERSION, {
    location,
    properties: {
      osType: 'Linux',
      ipAddress: { type: 'Public', ports: [{ port: 80, protocol: 'TCP' }] },
      imageRegistryCredentials: [{ server: host, username, password }],
      containers: [
        {
          name: 'page',
          properties: {
            image: `${host}/busybox:1.36`,
            command: ['sh', '-c', 'mkdir /www && echo it stays >/www/index.html && httpd -f -p 80 -h /www'],
            ports: [{ port: 80 }],
            resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } },
          },
        },
      ],
    },
  });
}

const page = (): Promise<{ url: string; html: string }> =>
  system.wait(
    'the page is served',
    whileAway(async () => {
      const group = await system.ask.group(RESOURCE_GROUP, GROUP);
      const url = `http://${group?.ip}/`;
      const html = group?.ip === undefined ? undefined : await system.ask.page(url);
      return html === undefined ? missing(group ?? 'no such group') : { url, html };
    }),
    { withinSeconds: UP_WITHIN_SECONDS },
  );

/** Ids of those that run: here only the group has any. */
async function containers(): Promise<string[]> {
  const { engine } = system.local;
  const ids = await engine.ok(['ps', '--quiet', '--no-trunc', '--filter', `label=${engine.label}`]);
  return ids.split('\n').toSorted();
}
