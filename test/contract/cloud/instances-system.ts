/** Container instances on a real engine, with a real emulated registry to pull from, and the SDK's client in front. */
import { randomInt } from 'node:crypto';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ContainerInstanceManagementClient, type ContainerGroup } from '@azure/arm-containerinstance';
import { listen, newArmApp } from '../../../local/cloud/http.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { keyOf, openGroups, type StoredGroup } from '../../../local/cloud/instances/group.ts';
import { createInstances, type Instances } from '../../../local/cloud/instances/instances.ts';
import { createRegistries } from '../../../local/cloud/registry/registries.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import type { World } from '../../../local/cloud/world.ts';
import type { Engine } from '../../../local/containers/engine.ts';
import { anyone } from '../azure/wired-clients.ts';
import { buildImage, busyboxDockerfile, openEngineWorld, SUBSCRIPTION } from './engine-world.ts';
import { freePort } from './services.ts';

export const RESOURCE_GROUP = 'Apps-RG';
export const GROUPS = `/subscriptions/${SUBSCRIPTION}/resourceGroups/${RESOURCE_GROUP}/providers/Microsoft.ContainerInstance/containerGroups`;

export interface InstanceSystem {
  world: World;
  engine: Engine;
  /** `localhost:<port>` of the one registry. */
  registry: string;
  login: { username: string; password: string };
  client: ContainerInstanceManagementClient;
  logged: string[];
  /** A request to ARM; `path` begins with `/subscriptions`. */
  arm(method: string, path: string, body?: object): Promise<{ status: number; headers: Headers; body: unknown }>;
  /** PUTs and waits for the end of the operation. */
  deploy(name: string, group: ContainerGroup): Promise<ContainerGroup>;
  /** Pushes the test image under another name, with other contents. Answers the reference by tag. */
  pushImage(name: string, options: { dockerfile: string }): Promise<string>;
  /** Ends the service as a kill does, and starts it on the same state. */
  restartService(options?: { meanwhile: () => Promise<unknown> }): Promise<void>;
  close(): Promise<void>;
}

/** Everything in it is busybox; it ends when nothing else is said. */
export const BASE = 'localhost/busybox:1';

/** Others than those of a run that was cut off and left its containers. */
export const someAddresses = (): string => `127.${randomInt(64, 128)}.${randomInt(1, 255)}`;

export async function openInstanceSystem(): Promise<InstanceSystem> {
  const [arm, port] = [await freePort(), await freePort()];
  const opened = await openEngineWorld({
    instance: 'instances',
    ports: { arm, identity: 1, events: 1, blobs: 1 },
    registries: [{ name: 'team', resourceGroup: 'registries-rg', port }],
    addresses: someAddresses(),
    runnerImage: 'none',
  });
  const { world, engine, logged } = opened;
  const identity = createIdentity({ world });
  const registries = createRegistries({
    world,
    identity,
    roles: createRoles({ world }),
    events: { publish: () => {} },
  });
  const registry = `localhost:${port}`;
  const registryListener = await listen(registries.dataPlane('team'), { port, what: 'a test', tls: world.tls });

  let instances: Instances;
  let armListener: { close(): Promise<void> };
  const startService = async () => {
    instances = createInstances({ world, registries, vault: { secret: () => undefined } });
    const armApp = newArmApp();
    instances.addArmRoutes(armApp);
    armListener = await listen(armApp, { port: arm, what: 'a test', tls: world.tls });
    await instances.start();
  };
  const stopService = async () => {
    await armListener.close();
    await instances.stop();
  };
  await startService();
  await buildImage(engine, { image: BASE, dockerfile: busyboxDockerfile('exit 0') });

  const endpoint = `https://localhost:${arm}`;
  const client = new ContainerInstanceManagementClient(anyone, SUBSCRIPTION, { endpoint });
  return {
    ...{ world, engine, registry, client, logged },
    login: registries.login(registry),
    async arm(method, path, body) {
      const response = await fetch(`${endpoint}${path}${path.includes('?') ? '&' : '?'}api-version=2023-05-01`, {
        method,
        ...(body ? { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } } : {}),
      });
      const text = await response.text();
      return { status: response.status, headers: response.headers, body: text === '' ? undefined : JSON.parse(text) };
    },
    deploy: (name, group) =>
      client.containerGroups.beginCreateOrUpdateAndWait(RESOURCE_GROUP, name, group, { updateIntervalInMs: 100 }),
    async pushImage(name, { dockerfile }) {
      const image = `${registry}/${name}`;
      await buildImage(engine, { image, dockerfile });
      const login = await mkdtemp(join(world.directory, 'login-'));
      const { username, password } = registries.login(registry);
      const auth = Buffer.from(`${username}:${password}`).toString('base64');
      await writeFile(join(login, 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }));
      const pushed = await engine.push(image, { login });
      if (pushed.code !== 0) throw new Error(`push of ${image}: ${pushed.stderr}`);
      await engine.ok(['rmi', image]);
      return image;
    },
    async restartService({ meanwhile } = { meanwhile: async () => {} }) {
      await stopService();
      await meanwhile();
      await startService();
    },
    async close() {
      await stopService();
      await registryListener.close();
      await opened.close();
    },
  };
}

/** A group of one container, as small as a test wants it. */
export function groupOf(
  container: Partial<ContainerGroup['containers'][number]> & { image: string },
  group: Partial<ContainerGroup> = {},
): ContainerGroup {
  return {
    location: 'westeurope',
    osType: 'Linux',
    containers: [{ name: 'main', resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } }, ...container }],
    ...group,
  };
}

/** A public address with port 80. */
export const PORT_80: Pick<ContainerGroup, 'ipAddress'> = {
  ipAddress: { type: 'Public', ports: [{ protocol: 'TCP', port: 80 }] },
};

/** A command that serves one line of text on port 80. */
export const serve = (text: string): string[] => [
  '/bin/sh',
  '-c',
  `mkdir /www; echo ${text} > /www/index.html; exec httpd -f -p 80 -h /www`,
];

/** What the group serves on port 80; `undefined` when nobody listens there. */
export async function page({ ipAddress }: ContainerGroup, path = '/'): Promise<string | undefined> {
  try {
    const response = await fetch(`http://${ipAddress?.ip}${path}`);
    return response.ok ? await response.text() : undefined;
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

export function storedGroup({ world }: InstanceSystem, name: string): { key: string; group: StoredGroup | undefined } {
  const key = keyOf({ subscription: SUBSCRIPTION, resourceGroup: RESOURCE_GROUP, name });
  return { key, group: openGroups(world.store).get(key) };
}

/** The engine's id of the group's first container: another one after every start. */
export const containerIdOf = (system: InstanceSystem, name: string): string | undefined =>
  storedGroup(system, name).group?.containers[0]?.containerId;
