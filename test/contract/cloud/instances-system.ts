/** Container instances on a real engine, with a real emulated registry to pull from, and the SDK's client in front. */
import { randomInt } from 'node:crypto';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ContainerInstanceManagementClient, type ContainerGroup } from '@azure/arm-containerinstance';
import { realClock } from '../../../local/clock.ts';
import { listen, newArmApp } from '../../../local/cloud/http.ts';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { keyOf, openGroups, type StoredGroup } from '../../../local/cloud/instances/group.ts';
import { createInstances, type Instances } from '../../../local/cloud/instances/instances.ts';
import { createRegistries } from '../../../local/cloud/registry/registries.ts';
import { createRoles } from '../../../local/cloud/roles/roles.ts';
import { openStore } from '../../../local/cloud/store.ts';
import { openTls } from '../../../local/cloud/tls.ts';
import type { World } from '../../../local/cloud/world.ts';
import { detectEngine } from '../../../local/containers/detect.ts';
import type { Engine } from '../../../local/containers/engine.ts';
import { findBusybox } from '../../../local/setup/busybox.ts';
import { anyone } from '../azure/wired-clients.ts';
import { trust } from '../azure/local-tls.ts';
import { app, freePort } from './services.ts';

export const RESOURCE_GROUP = 'Apps-RG';
const SUBSCRIPTION = '33333333-3333-4333-8333-333333333333';
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

export async function openInstanceSystem({ addresses }: { addresses: string }): Promise<InstanceSystem> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-instances-'));
  const logged: string[] = [];
  const log = (service: string, message: string) => void logged.push(`${service}: ${message}`);
  const engine = await detectEngine({
    directory: join(directory, 'containers'),
    instance: 'instances',
    log: (message) => log('engine', message),
  });
  const [arm, port] = [await freePort(), await freePort()];
  const unused = { identity: 1, vault: 1, events: 1, blobs: 1 };
  const world: World = {
    config: {
      instance: 'instances',
      subscription: SUBSCRIPTION,
      tenant: '44444444-4444-4444-8444-444444444444',
      location: 'westeurope',
      ports: { arm, ...unused },
      registries: [{ name: 'team', resourceGroup: 'registries-rg', port }],
      vault: { name: 'vault', resourceGroup: 'vault-rg' },
      addresses,
      runnerImage: 'none',
      principals: [app],
    },
    directory,
    store: openStore(join(directory, 'cloud.db')),
    clock: realClock,
    engine,
    tls: await openTls({ folder: join(directory, 'tls') }),
    log,
  };
  trust(await readFile(world.tls.caFile, 'utf8'));
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
  await build(engine, { tag: BASE, dockerfile: baseDockerfile, busybox: true });

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
      await build(engine, { tag: image, dockerfile });
      const login = await mkdtemp(join(directory, 'login-'));
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
      world.store.close();
      await engine.removeAll({ images: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const baseDockerfile = `FROM scratch
COPY busybox /bin/busybox
RUN ["/bin/busybox", "--install", "/bin"]
ENV PATH=/bin
CMD ["/bin/sh", "-c", "exit 0"]
`;

async function build(engine: Engine, options: { tag: string; dockerfile: string; busybox?: boolean }): Promise<void> {
  const context = await mkdtemp(join(tmpdir(), 'gated-import-build-'));
  await mkdir(context, { recursive: true });
  await writeFile(join(context, 'Dockerfile'), options.dockerfile);
  if (options.busybox) {
    const busybox = findBusybox();
    if (!busybox) throw new Error('this test needs a static busybox: apt-get install busybox-static');
    await cp(busybox, join(context, 'busybox'));
  }
  await engine.ok(['build', '--tag', options.tag, context], { timeoutMs: 60_000 });
  await rm(context, { recursive: true });
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
