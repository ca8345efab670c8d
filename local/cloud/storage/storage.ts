/** The data plane of the storage account: a door for blobs and one for tables. There are no queues: the local host has none. */
import type { IdentityService, RoleService, StorageDoors, World } from '../world.ts';
import { authorizeStorage } from './authorize-storage.ts';
import { openDoor } from './door.ts';

/** Answers what closes both. Throws `PortInUse`; none is left open then. */
export async function openStorage(
  { world, identity, roles }: { world: World; identity: IdentityService; roles: RoleService },
  { blobs, tables }: StorageDoors,
): Promise<() => Promise<void>> {
  const authorize = authorizeStorage({ config: world.config, identity, roles });
  const ofBlobs = await openDoor({ world, service: 'blob', ports: blobs, authorize });
  try {
    const ofTables = await openDoor({ world, service: 'table', ports: tables, authorize });
    return async () => {
      await ofBlobs.close();
      await ofTables.close();
    };
  } catch (error) {
    await ofBlobs.close();
    throw error;
  }
}
