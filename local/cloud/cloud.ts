/**
 * The emulated Azure as a whole: makes every service, lets it listen, and ends it again. The one place where the services are put together.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { realClock, type Clock } from '../clock.ts';
import type { Engine } from '../containers/engine.ts';
import { createArm } from './arm.ts';
import { createEvents, type Events } from './events/events.ts';
import { createFaults, type Faults } from './faults/faults.ts';
import { addFaultRoutes } from './faults/routes.ts';
import { listen, type App } from './http.ts';
import { createIdentity } from './identity/identity.ts';
import { addUserAssignedRoutes } from './identity/user-assigned-routes.ts';
import { createInstances } from './instances/instances.ts';
import { withPushHints } from './push-hints.ts';
import { createRegistries, type Registries } from './registry/registries.ts';
import { addResourceRoutes } from './resources.ts';
import { createRoles, type Roles } from './roles/roles.ts';
import { addStorageRoutes } from './storage/account-routes.ts';
import { createContainers } from './storage/containers.ts';
import { openStorage } from './storage/storage.ts';
import { openStore } from './store.ts';
import { createTasks } from './tasks/tasks.ts';
import { openTls } from './tls.ts';
import { createUnknownRequests } from './unknown.ts';
import { createVaults, type Vaults } from './vault/vaults.ts';
import type { CloudConfig, IdentityService, World } from './world.ts';

export interface CloudOptions {
  config: CloudConfig;
  /** Everything this cloud remembers lies below it. */
  directory: string;
  engine: Engine;
  clock?: Clock;
  log?: World['log'];
}

export interface Cloud {
  world: World;
  identity: IdentityService;
  roles: Roles;
  vaults: Vaults;
  registries: Registries;
  events: Events;
  faults: Faults;
  stop(): Promise<void>;
}

/** Listens before it answers. Throws `PortInUse`; nothing is left behind then. */
export async function startCloud({ config, directory, engine, clock, log }: CloudOptions): Promise<Cloud> {
  await mkdir(directory, { recursive: true });
  const stateFile = join(directory, 'cloud.db');
  // Made before SQLite makes it, to be nobody else's to read: the vaults' values and the key of all tokens are in it.
  await writeFile(stateFile, '', { flag: 'a', mode: 0o600 });
  const world: World = {
    config,
    directory,
    engine,
    store: openStore(stateFile),
    tls: await openTls({ folder: join(directory, 'tls') }),
    clock: clock ?? realClock,
    log: log ?? ((service, message) => console.log(`${service}: ${message}`)),
  };
  const identity = createIdentity({ world });
  const roles = createRoles({ world });
  const vaults = createVaults({ world, identity, roles });
  const events = createEvents({ world, identity, roles });
  const pushes = withPushHints(events);
  const registries = createRegistries({ world, identity, roles, events: pushes });
  const tasks = createTasks({ world, registries, tags: registries, vault: vaults, pushes });
  const instances = createInstances({ world, registries, vault: vaults });

  const arm = createArm({ world, identity, roles });
  for (const service of [roles, vaults, events, registries, tasks, instances]) service.addArmRoutes(arm);
  addUserAssignedRoutes(arm, world);
  addStorageRoutes(arm, { config, containers: createContainers({ world, identity }) });
  addResourceRoutes(arm, world);
  const faults = createFaults(world);
  addFaultRoutes(arm, { world, identity, roles, faults });
  const unknown = createUnknownRequests(world);
  arm.get('/local/unknown', (c) => c.json({ value: unknown.list() }));

  const closing: (() => Promise<void> | void)[] = [() => world.store.close()];
  const stop = async (): Promise<void> => {
    for (const close of closing.splice(0).toReversed()) await close();
  };
  const open = async (app: App, service: string, port: number, options: { tls?: World['tls'] }): Promise<void> => {
    unknown.watch(app, service);
    const fetch = faults.before((request, bindings) => app.fetch(request, bindings), service);
    const listening = await listen({ fetch }, { port, what: `the emulated ${service}`, ...options });
    closing.push(() => listening.close());
  };
  const { ports } = config;
  const { tls } = world;

  try {
    await open(identity.app, 'identity', ports.identity, {});
    await open(arm, 'arm', ports.arm, { tls });
    for (const { app, port } of vaults.all) await open(app, 'vault', port, { tls });
    await open(events.topics, 'events', ports.events, { tls });
    await open(tasks.blobs, 'blobs', ports.blobs, { tls });
    if (config.storage?.doors) closing.push(await openStorage({ world, identity, roles }, config.storage.doors));
    for (const { name, port } of config.registries)
      await open(registries.dataPlane(name), `registry ${name}`, port, { tls });
    // Started last, stopped first: what is picked up again from the last run talks to the listeners.
    for (const service of [events, registries, tasks, instances]) {
      closing.push(() => service.stop());
      await service.start();
    }
  } catch (error) {
    await stop();
    throw error;
  }
  return { world, identity, roles, vaults, registries, events, faults, stop };
}
