/** The data plane of the storage accounts: a door for blobs, one for queues and one for tables. */
import type { IdentityService, RoleService, StorageDoors, World } from '../world.ts';
import { authorizeStorage } from './authorize-storage.ts';
import { openDoor } from './door.ts';
import type { StorageService } from './refusals.ts';

/** Answers what closes all of them. Throws `PortInUse`; none is left open then. */
export async function openStorage(
  { world, identity, roles }: { world: World; identity: IdentityService; roles: RoleService },
  doors: StorageDoors,
): Promise<() => Promise<void>> {
  const authorize = authorizeStorage({ config: world.config, identity, roles });
  const services: [StorageService, keyof StorageDoors][] = [
    ['blob', 'blobs'],
    ['queue', 'queues'],
    ['table', 'tables'],
  ];
  const closing: (() => Promise<void>)[] = [];
  const close = async (): Promise<void> => {
    for (const end of closing.splice(0)) await end();
  };
  try {
    for (const [service, door] of services) {
      const opened = await openDoor({ world, service, ports: doors[door], authorize });
      closing.push(() => opened.close());
    }
    return close;
  } catch (error) {
    await close();
    throw error;
  }
}
