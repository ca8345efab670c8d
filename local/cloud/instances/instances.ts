/**
 * Azure Container Instances with real containers: each group has an address of its own, its containers are watched and started again, and the
 * answers have the shapes of Azure's. What is not emulated is refused by name; `docs/local-runtime-instances.md` says how true the rest is.
 */
import type { App } from '../http.ts';
import type { RegistryService, VaultService, World } from '../world.ts';
import { openAddresses } from './addresses.ts';
import { newBringingUp } from './bring-up.ts';
import { newContainers } from './containers.ts';
import { newDeployer } from './deploy.ts';
import { openGroups, type Operation } from './group.ts';
import { newImages } from './images.ts';
import { newOperations } from './operations.ts';
import { newProbes } from './probes.ts';
import { addInstanceRoutes } from './routes.ts';
import { newSandboxes } from './sandbox.ts';
import { newTurns } from './turns.ts';
import { newWatch } from './watch.ts';

export interface Instances {
  addArmRoutes(arm: App): void;
  /** Takes up the groups in the store and the containers that still run, after a stop or a crash. */
  start(): Promise<void>;
  /** Leaves the containers running: a stop of the cloud deletes nothing. */
  stop(): Promise<void>;
}

export function createInstances({
  world,
  registries,
}: {
  world: World;
  registries: RegistryService;
  vault: VaultService;
}): Instances {
  const groups = openGroups(world.store);
  const operations = world.store.collection<Operation>('instances.operations');
  const containers = newContainers(world.engine);
  const sandboxes = newSandboxes({ world, containers });
  const turns = newTurns();
  const end = new AbortController();
  const images = newImages({ world, registries, ending: end.signal });
  const deployer = newDeployer({ world, groups, images, containers, sandboxes, ending: end.signal });
  const probes = newProbes({ world, groups, containers, sandboxes, turns });
  const watch = newWatch({ world, groups, containers, sandboxes, deployer, probes, turns });
  const bringingUp = newBringingUp({ world, groups, operations, deployer, turns, watch, ending: end.signal });
  const actions = newOperations({
    ...{ world, groups, images, containers, sandboxes, turns, bringingUp },
    addresses: openAddresses(world.store, world.config.addresses),
  });

  return {
    addArmRoutes: (arm) => addInstanceRoutes(arm, { world, groups, operations, containers, actions }),
    async start() {
      for (const key of await containers.groupKeys(world.config.instance)) {
        if (!groups.get(key)) await sandboxes.remove(key);
      }
      bringingUp.resume();
      watch.start();
    },
    async stop() {
      end.abort();
      await watch.stop();
      await turns.idle();
    },
  };
}
