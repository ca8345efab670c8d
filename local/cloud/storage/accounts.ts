/** The storage accounts of this cloud: their ids in Resource Manager, and the names under which their data is reached. */
import type { CloudConfig } from '../world.ts';

export interface StorageAccount {
  name: string;
  resourceGroup: string;
  id: string;
}

type Config = Pick<CloudConfig, 'subscription' | 'storage'>;

export const storageAccounts = ({ subscription, storage }: Config): StorageAccount[] =>
  (storage?.accounts ?? []).map((account) => ({
    ...account,
    id: `/subscriptions/${subscription}/resourceGroups/${account.resourceGroup}/providers/Microsoft.Storage/storageAccounts/${account.name}`,
  }));

export const accountNamed = (config: Config, name: string): StorageAccount | undefined =>
  storageAccounts(config).find((account) => account.name === name);

/** In any case of its letters, as Resource Manager takes it. */
export const accountWithId = (config: Config, id: string): StorageAccount | undefined =>
  storageAccounts(config).find((account) => account.id.toLowerCase() === id.toLowerCase());
