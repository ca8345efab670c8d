/** Two storage accounts under the role table: the doors of the emulated Azure, and Azurite behind them. */
import { join } from 'node:path';
import { createIdentity } from '../../../local/cloud/identity/identity.ts';
import { createRoles, type Roles } from '../../../local/cloud/roles/roles.ts';
import { openStorage } from '../../../local/cloud/storage/storage.ts';
import type { IdentityService, StorageDoors } from '../../../local/cloud/world.ts';
import { startStorage, type Storage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { freePort, openTestWorld } from './services.ts';

export interface StorageSystem {
  identity: IdentityService;
  roles: Roles;
  azurite: Storage;
  doors: StorageDoors;
  subscription: string;
  logged: string[];
  /** Resource id. */
  account(name?: AccountName): string;
  close(): Promise<void>;
}

export type AccountName = 'gated' | 'policy';

export async function openStorageSystem(): Promise<StorageSystem> {
  const opened = await openTestWorld();
  const door = async () => ({ front: await freePort(), behind: await freePort() });
  const doors = { blobs: await door(), queues: await door(), tables: await door() };
  const azurite = await startStorage({
    ...{ tls: opened.world.tls, directory: join(opened.world.directory, 'storage') },
    accounts: ['gated', 'policy'],
    ports: { blob: doors.blobs.behind, queue: doors.queues.behind, table: doors.tables.behind },
  });
  const { subscription } = opened.world.config;
  const accounts = ['gated', 'policy'].map((name) => ({ name, resourceGroup: 'contract-rg' }));
  const storage = { accounts, blobEndpoint: new URL(azurite.blobEndpoint).origin, doors };
  const world = { ...opened.world, config: { ...opened.world.config, storage } };
  trust(world.tls.caFile);
  const identity = createIdentity({ world });
  const roles = createRoles({ world });
  const closeDoors = await openStorage({ world, identity, roles }, doors);
  return {
    ...{ identity, roles, azurite, doors, subscription, logged: opened.logged },
    account: (name = 'gated') =>
      `/subscriptions/${subscription}/resourceGroups/contract-rg/providers/Microsoft.Storage/storageAccounts/${name}`,
    async close() {
      await closeDoors();
      await azurite.stop();
      await opened.close();
    },
  };
}
