/** Environments of an app in Azure and of one on this machine; each value differs from every default. */
import { readSettings, type Environment } from '../../../shared/settings.ts';

export const AZURE: Environment = {
  POLICY: 'team-policy',
  SUBSCRIPTION_ID: '2c1b3a6e-0c7a-4f43-9d41-5a7d6c2c9f10',
  KEY_VAULT_URL: 'https://fabrikam.vault.azure.net',
  TABLES_ENDPOINT: 'https://fabrikam.table.core.windows.net',
  BLOBS_ENDPOINT: 'https://fabrikam.blob.core.windows.net',
  ANNOUNCEMENTS_ENDPOINT: 'https://fabrikam.westeurope-1.eventgrid.azure.net/api/events',
  QUARANTINE_REGISTRY: 'fabrikamquarantine.azurecr.io',
  RUNNER_IMAGE: 'fabrikamquarantine.azurecr.io/docker:28',
  SIGNING_KEY: 'fabrikam-promotions',
  SWEEP_SCHEDULE: '0 */10 * * * *',
  TASK_HUB: 'fabrikam',
};

export const LOCAL: Environment = {
  ...AZURE,
  AUTH_MODE: 'local',
  ARM_ENDPOINT: 'https://localhost:9443',
  KEY_VAULT_URL: 'https://[::1]:9444',
  TABLES_ENDPOINT: 'http://127.0.0.1:10002/devstoreaccount1',
  BLOBS_ENDPOINT: 'https://127.1.2.3:10000/devstoreaccount1',
  ANNOUNCEMENTS_ENDPOINT: 'https://localhost:9445/announcements/api/events',
  QUARANTINE_REGISTRY: 'localhost:5002',
};

export const problemsOf = (environment: Environment): string[] => {
  const read = readSettings(environment);
  return read.kind === 'invalid' ? read.problems : [];
};
