/** All ports that are Azure, on these clients. */
import type { Ports } from '../ports.ts';
import { azureAnnouncements } from './announcements.ts';
import type { Clients } from './clients.ts';
import { azureContainerGroups } from './container-groups.ts';
import { registryFinder } from './find-registry.ts';
import { azureLedger } from './ledger.ts';
import { httpProbes } from './probes.ts';
import { azureRegistries } from './registries.ts';
import { azureReports } from './reports.ts';
import { azureRuns } from './runs.ts';
import { azureSecrets } from './secrets.ts';
import { azureSigning } from './signing.ts';

/** `signingKey`: the name of a key in the key vault. */
export function azurePorts(
  clients: Clients,
  { signingKey }: { signingKey: string },
): Omit<Ports, 'upstreams' | 'policies'> {
  const find = registryFinder(clients);
  return {
    ledger: azureLedger(clients),
    registries: azureRegistries(clients, find),
    runs: azureRuns(clients, find),
    groups: azureContainerGroups(clients),
    secrets: azureSecrets(clients),
    signing: azureSigning(clients, { name: signingKey }),
    announcements: azureAnnouncements(clients),
    probes: httpProbes(),
    reports: azureReports(clients),
  };
}
