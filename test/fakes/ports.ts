/** A whole world of fakes that know each other: what an upstream has can be imported into a registry. */
import type { Ports } from '../../shared/ports.ts';
import { fakeGroups, type FakeGroups } from './groups.ts';
import { fakeLedger, type FakeLedger } from './ledger.ts';
import {
  fakeAnnouncements,
  fakePolicies,
  fakeProbes,
  type FakeAnnouncements,
  type FakePolicies,
  type FakeProbes,
} from './outside.ts';
import { fakeRegistries, type FakeRegistries } from './registries.ts';
import { fakeReports, type FakeReports } from './reports.ts';
import { fakeRuns, type FakeRuns } from './runs.ts';
import { fakeSecrets, type FakeSecrets } from './secrets.ts';
import { fakeSigningKey, type FakeSigningKey } from './signing-key.ts';
import { fakeUpstreams, type FakeUpstreams } from './upstreams.ts';

export interface FakePorts extends Ports {
  ledger: FakeLedger;
  upstreams: FakeUpstreams;
  registries: FakeRegistries;
  runs: FakeRuns;
  groups: FakeGroups;
  secrets: FakeSecrets;
  signing: FakeSigningKey;
  announcements: FakeAnnouncements;
  policies: FakePolicies;
  probes: FakeProbes;
  reports: FakeReports;
}

export function fakePorts<Overrides extends Partial<Ports> = object>(
  overrides?: Overrides,
): Omit<FakePorts, keyof Overrides> & Overrides {
  const upstreams = fakeUpstreams();
  const fakes: FakePorts = {
    ledger: fakeLedger(),
    upstreams,
    registries: fakeRegistries({ upstreams: overrides?.upstreams ?? upstreams }),
    runs: fakeRuns(),
    groups: fakeGroups(),
    secrets: fakeSecrets(),
    signing: fakeSigningKey(),
    announcements: fakeAnnouncements(),
    policies: fakePolicies(),
    probes: fakeProbes(),
    reports: fakeReports(),
  };
  return { ...fakes, ...overrides } as Omit<FakePorts, keyof Overrides> & Overrides;
}
