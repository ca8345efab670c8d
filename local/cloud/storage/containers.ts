/** The blob containers of the storage accounts, as Resource Manager makes them: without a role at the data plane. */
import { BlobServiceClient } from '@azure/storage-blob';
import { trust } from '../../trust.ts';
import { stableGuid } from '../roles/guid.ts';
import type { IdentityService, World } from '../world.ts';

export interface Containers {
  /** `account`: its name. */
  exists(account: string, name: string): Promise<boolean>;
  /** Whether it is a new one. */
  ensure(account: string, name: string): Promise<boolean>;
}

const STORAGE_AUDIENCE = 'https://storage.azure.com';

export function createContainers(options: { world: World; identity: IdentityService }): Containers {
  const { world, identity } = options;
  const { config, tls } = world;
  const container = (account: string, name: string) => {
    if (!config.storage) throw new Error('there is no storage account in the configuration');
    trust(tls.caFile);
    const principal = { name: 'resource-manager', objectId: stableGuid('resource-manager') };
    const getToken = () =>
      Promise.resolve({
        token: identity.issue(principal, STORAGE_AUDIENCE),
        expiresOnTimestamp: Date.now() + 3_600_000,
      });
    return new BlobServiceClient(`${config.storage.blobEndpoint}/${account}`, { getToken }).getContainerClient(name);
  };
  return {
    exists: (account, name) => container(account, name).exists(),
    ensure: async (account, name) => (await container(account, name).createIfNotExists()).succeeded,
  };
}
