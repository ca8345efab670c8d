/** The key vaults of the configuration: each with secrets, keys, a scope of roles and a port of its own, and Resource Manager in front of all. */
import type { App } from '../http.ts';
import type { VaultService } from '../world.ts';
import { addVaultObjectRoutes } from './object-routes.ts';
import { addVaultResourceRoutes } from './vault-resource.ts';
import { openVault, type Dependencies, type Vault } from './vault.ts';

export interface Vaults extends VaultService {
  all: Vault[];
  /** Throws when there is none of that name. */
  named(name: string): Vault;
  /** The vaults as resources. */
  addArmRoutes(arm: App): void;
}

export function createVaults(dependencies: Dependencies): Vaults {
  const { world } = dependencies;
  const { vaults: configured } = world.config;
  const all = configured.map((each) => openVault(each, dependencies));

  return {
    all,
    named(name) {
      const vault = all.find((each) => each.name === name);
      if (vault) return vault;
      throw new Error(`there is no vault ${name}; there are: ${all.map((each) => each.name).join(', ')}`);
    },
    addArmRoutes(arm) {
      addVaultResourceRoutes(arm, { world, vaults: all });
      addVaultObjectRoutes(arm, { world, vaults: all });
    },
    secret(url, objectId) {
      const { host, name, version } = SECRET_URL.exec(url)?.groups ?? {};
      if (name === undefined) return undefined;
      const vault = all.find((each) => host === `localhost:${each.port}` || host === `${each.name}.vault.azure.net`);
      return vault?.value({ name, version }, objectId);
    },
  };
}

const SECRET_URL = /^https:\/\/(?<host>[^/]+)\/secrets\/(?<name>[^/?]+)(?:\/(?<version>[^/?]+))?\/?(?:\?.*)?$/;
