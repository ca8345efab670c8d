/** The same small cloud in two processes, one after the other: the one that is killed, and the one that finds what it left. */
import { join } from 'node:path';
import { realClock } from '../../../local/clock.ts';
import { openStore } from '../../../local/cloud/store.ts';
import type { World } from '../../../local/cloud/world.ts';
import { detectEngine } from '../../../local/containers/detect.ts';

export const RUNNER = 'example.test/runner:1';
const SUBSCRIPTION = '33333333-3333-4333-8333-333333333333';
export const REGISTRY_PATH = `/subscriptions/${SUBSCRIPTION}/resourceGroups/rg/providers/Microsoft.ContainerRegistry/registries/team`;

export async function crashWorld(directory: string): Promise<World> {
  return {
    config: {
      instance: 'crash',
      subscription: SUBSCRIPTION,
      tenant: '44444444-4444-4444-8444-444444444444',
      location: 'westeurope',
      ports: { arm: 1, identity: 1, events: 1, blobs: 1 },
      registries: [{ name: 'team', resourceGroup: 'rg', port: 1 }],
      vaults: [],
      addresses: '127.0.9',
      runnerImage: RUNNER,
      principals: [],
    },
    directory,
    store: openStore(join(directory, 'cloud.db')),
    clock: realClock,
    engine: await detectEngine({ directory, instance: 'crash', log: () => {} }),
    tls: { key: '', cert: '', caFile: '' },
    log: () => {},
  };
}
