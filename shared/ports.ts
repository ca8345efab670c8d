/**
 * What the activities need from the world, in the product's words.
 *
 * `shared/azure` implements these on the real SDK clients; tests use plain objects. Expected answers are values (`undefined` for
 * "not there", unions for refusals); what is thrown is trouble with a service and may be retried.
 */
import type { Announcements } from './ports/announcements.ts';
import type { ContainerGroups } from './ports/container-groups.ts';
import type { Ledger } from './ports/ledger.ts';
import type { Policies } from './ports/policies.ts';
import type { Probes } from './ports/probes.ts';
import type { Registries } from './ports/registries.ts';
import type { Reports } from './ports/reports.ts';
import type { Runs } from './ports/runs.ts';
import type { Secrets } from './ports/secrets.ts';
import type { Signing } from './ports/signing.ts';
import type { Upstreams } from './ports/upstreams.ts';

export interface Ports {
  ledger: Ledger;
  upstreams: Upstreams;
  registries: Registries;
  runs: Runs;
  groups: ContainerGroups;
  secrets: Secrets;
  signing: Signing;
  announcements: Announcements;
  policies: Policies;
  probes: Probes;
  reports: Reports;
}
