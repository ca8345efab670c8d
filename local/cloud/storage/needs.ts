/** What a request to a storage account needs, in the words of Azure's roles. */
import type { Permission } from '../world.ts';

export interface StorageRequest {
  method: string;
  /** Below the account, decoded, without a slash at its beginning. */
  path: string;
  query: URLSearchParams;
  /** By names in lower case. */
  headers: Record<string, string | string[] | undefined>;
  /** Of a transaction of tables; of every other request it does not matter. */
  body?: string;
}

export interface Need {
  /** One of them is enough, each of one or more permissions. */
  anyOf: [Permission, ...Permission[]][];
  /** Resource id. */
  scope: string;
}

const PROVIDER = 'Microsoft.Storage/storageAccounts';

export const action = (name: string): Permission => ({ action: `${PROVIDER}/${name}` });
export const dataAction = (name: string): Permission => ({ dataAction: `${PROVIDER}/${name}` });
