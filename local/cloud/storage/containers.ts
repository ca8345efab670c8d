/** The blob containers of the storage account, as Resource Manager makes them: without a role at the data plane. */
import { BlobServiceClient } from '@azure/storage-blob';
import { trust } from '../../trust.ts';
import { stableGuid } from '../roles/guid.ts';
import type { IdentityService, World } from '../world.ts';

export interface Containers {
  exists(name: string): Promise<boolean>;
  /** Whether it is a new one. */
  ensure(name: string): Promise<boolean>;
}

const STORAGE_AUDIENCE = 'https://storage.azure.com';

export function createContainers(options: { world: World; identity: IdentityService }): Containers {
  const { world, identity } = options;
  const { config, tls } = world;
  const container = (name: string) => {
    if (!config.storage) throw new Error('there is no storage account in the configuration');
    trust(tls.caFile);
    const principal = { name: 'resource-manager', objectId: stableGuid('resource-manager') };
    const getToken = () =>
      Promise.resolve({
        token: identity.issue(principal, STORAGE_AUDIENCE),
        expiresOnTimestamp: Date.now() + 3_600_000,
      });
    return new BlobServiceClient(config.storage.blobEndpoint, { getToken }).getContainerClient(name);
  };
  return {
    exists: (name) => container(name).exists(),
    ensure: async (name) => (await container(name).createIfNotExists()).succeeded,
  };
}
