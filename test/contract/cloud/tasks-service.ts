/** ACR Tasks without an engine. Not started, so that every run stays queued; or started, and then every run ends as an error. */
import { readFile } from 'node:fs/promises';
import { ContainerRegistryManagementClient } from '@azure/arm-containerregistry';
import type { Clock } from '../../../local/clock.ts';
import { newApp, newArmApp } from '../../../local/cloud/http.ts';
import { createTasks } from '../../../local/cloud/tasks/tasks.ts';
import type { World } from '../../../local/cloud/world.ts';
import { trust } from '../azure/local-tls.ts';
import { anyone } from '../azure/wired-clients.ts';
import { noRegistries, openTestWorld, type TestWorld } from './services.ts';

export const RESOURCE_GROUP = 'Registries-RG';
export const REGISTRY = 'Team';
export const PLATFORM = { os: 'Linux', architecture: process.arch === 'x64' ? 'amd64' : process.arch };

export interface TasksService {
  world: World;
  client: ContainerRegistryManagementClient;
  /** `path` is below the registry. */
  arm(method: string, path: string, body?: unknown): Promise<{ status: number; body: unknown }>;
  /** Stops it, as its cloud stops, and starts another one on the same state `meanwhile` later. */
  restart(meanwhile: () => void): Promise<void>;
  close(): Promise<void>;
}

export async function openTasksService(options: { clock?: Clock; started?: true } = {}): Promise<TasksService> {
  const test: TestWorld = await openTestWorld(options);
  const { config } = test.world;
  const registries = [{ name: REGISTRY, resourceGroup: RESOURCE_GROUP, port: 5999 }];
  const world: World = { ...test.world, config: { ...config, registries } };
  trust(await readFile(world.tls.caFile, 'utf8'));
  const create = () => {
    const tasks = createTasks({
      world,
      registries: noRegistries,
      vault: { secret: () => undefined },
      tags: { digestOf: () => undefined },
      pushes: { onPush: () => {} },
    });
    const app = newArmApp();
    tasks.addArmRoutes(app);
    if (options.started) tasks.start();
    return { tasks, app };
  };
  let current = create();
  const front = newApp();
  front.all('*', (c) => current.app.fetch(c.req.raw, c.env));
  await test.listen(front, { port: config.ports.arm });
  await test.listen(current.tasks.blobs, { port: config.ports.blobs });
  const endpoint = `https://localhost:${config.ports.arm}`;
  const root = `/subscriptions/${config.subscription}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerRegistry/registries/${REGISTRY}`;

  return {
    world,
    client: new ContainerRegistryManagementClient(anyone, config.subscription, { endpoint }),
    async arm(method, path, body) {
      const headers = { 'content-type': 'application/json' };
      const init = { method, ...(body === undefined ? {} : { body: JSON.stringify(body), headers }) };
      const answer = await fetch(`${endpoint}${root}${path}`, init);
      const text = await answer.text();
      return { status: answer.status, body: text === '' ? undefined : JSON.parse(text) };
    },
    async restart(meanwhile) {
      await current.tasks.stop();
      meanwhile();
      current = create();
    },
    async close() {
      await current.tasks.stop();
      await test.close();
    },
  };
}
