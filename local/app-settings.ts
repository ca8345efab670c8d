/** The settings that the app is started with, by the names that Azure would give it as app settings. */
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import {
  armUrl,
  identityUrl,
  registriesOf,
  runnerImage,
  signingKey,
  storageAccounts,
  subscription,
  vaultUrl,
} from './azure.ts';
import type { Instance } from './instance.ts';
import type { Layout } from './layout.ts';

/** Often enough to be watched; in Azure it is minutes. */
const SWEEP_EVERY_30_SECONDS = '*/30 * * * * *';

export function appSettings(options: {
  instance: Instance;
  layout: Layout;
  caFile: string;
  announcementsEndpoint: string;
}): Record<string, string> {
  const { instance, layout, caFile, announcementsEndpoint } = options;
  const { quarantine } = registriesOf(instance);
  return {
    POLICY: layout.policy,
    ...sdkSettings({ instance, caFile, identityHeader: instance.identityHeaders.app }),
    ANNOUNCEMENTS_ENDPOINT: announcementsEndpoint,
    ...policySettings({ instance, layout }),
    QUARANTINE_REGISTRY: quarantine.host,
    POLICY_VARIABLES: 'REPOSITORIES',
    RUNNER_IMAGE: runnerImage(instance),
    SIGNING_KEY: signingKey,
    SWEEP_SCHEDULE: SWEEP_EVERY_30_SECONDS,
    TASK_HUB: 'gatedimport',
    AzureWebJobsStorage__queueServiceUri: `https://127.0.0.1:${instance.ports.storageQueues}/${storageAccounts.gated}`,
    AUTH_MODE: 'local',
    TELEMETRY_FILE: join(layout.logs, 'telemetry.jsonl'),
  };
}

/** What the policy may name as `${NAME}`. */
export function policySettings({ instance, layout }: { instance: Instance; layout: Layout }): Record<string, string> {
  const registries = registriesOf(instance);
  return {
    PUBLIC_REGISTRY: registries.public.host,
    BASE_REGISTRY: registries.base.host,
    TEAM_REGISTRY: registries.team.host,
    REPOSITORIES: pathToFileURL(layout.repositories).href,
  };
}

/** What any program needs to talk to the emulated Azure with the Azure SDK. */
export function sdkSettings(options: {
  instance: Instance;
  caFile: string;
  identityHeader: string;
}): Record<string, string> {
  const { instance, caFile, identityHeader } = options;
  const { storageTables, storageBlobs } = instance.ports;
  return {
    SUBSCRIPTION_ID: subscription,
    ARM_ENDPOINT: armUrl(instance),
    KEY_VAULT_URL: vaultUrl(instance),
    TABLES_ENDPOINT: `https://127.0.0.1:${storageTables}/${storageAccounts.gated}`,
    BLOBS_ENDPOINT: `https://127.0.0.1:${storageBlobs}/${storageAccounts.gated}`,
    IDENTITY_ENDPOINT: identityUrl(instance),
    IDENTITY_HEADER: identityHeader,
    NODE_EXTRA_CA_CERTS: caFile,
  };
}
