/** Registries of ours: imports by Azure Resource Manager, everything else at the registry itself. */
import type { Registries } from '../ports/registries.ts';
import type { Clients } from './clients.ts';
import type { FindRegistry } from './find-registry.ts';
import { imageImporter } from './import-image.ts';
import { registryData } from './registry-data.ts';

export const azureRegistries = (clients: Clients, find: FindRegistry): Registries => ({
  ...registryData(clients),
  import: imageImporter(clients, find),
});
