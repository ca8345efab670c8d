/**
 * The settings of the app, as they stand in the environment: what each of them takes, what it is for, and an example.
 *
 * The table for people and the messages about wrong values are made from this.
 */
import { z } from 'zod';
import { host as registryHost } from '../domain/reference.ts';
import { isLoopback } from '../loopback.ts';
import { isConnectionString } from './connection-string.ts';
import { isPolicyPlace } from './policy-place.ts';
import { isSchedule } from './schedule.ts';

const endpoint = z
  .string()
  .refine(isEndpoint, 'not an https:// address without login and query (http:// is for this machine alone)');

export const schema = z.object({
  POLICY: z
    .string()
    .refine(
      isPolicyPlace,
      'neither a folder nor a container of blobs (https://, with its name, without login and query)',
    )
    .meta({
      description: 'The policy folder, with gates.yaml; or the container of blobs that it is uploaded to.',
      example: 'https://contoso.blob.core.windows.net/policy',
    }),
  SUBSCRIPTION_ID: z.guid('not a GUID').meta({
    description: 'The subscription of registries and container groups.',
    example: '0b1f6471-1bf0-4dda-aec3-cb9272f09590',
  }),
  ARM_ENDPOINT: endpoint
    .default('https://management.azure.com')
    .meta({ description: 'Azure Resource Manager.', example: 'https://management.azure.com' }),
  KEY_VAULT_URL: endpoint.meta({
    description: 'The key vault that ${secret:name} is read from.',
    example: 'https://contoso.vault.azure.net',
  }),
  TABLES_ENDPOINT: endpoint.meta({
    description: 'The tables of the ledger.',
    example: 'https://contoso.table.core.windows.net',
  }),
  BLOBS_ENDPOINT: endpoint.meta({
    description: 'The blobs of reports.',
    example: 'https://contoso.blob.core.windows.net',
  }),
  ANNOUNCEMENTS_ENDPOINT: endpoint.meta({
    description: 'The Event Grid topic for announcements.',
    example: 'https://contoso.westeurope-1.eventgrid.azure.net/api/events',
  }),
  QUARANTINE_REGISTRY: registryHost.meta({
    description: 'The registry that holds candidates and runs checks, and nothing else.',
    example: 'contosoquarantine.azurecr.io',
  }),
  RUNNER_IMAGE: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/:@-]*$/, 'not an image')
    .meta({
      description: 'The docker client that starts checks; best a copy of your own, by digest.',
      example: 'docker:28-cli',
    }),
  PROBE_IMAGE: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._/:-]*@sha256:[0-9a-f]{64}$/, 'not an image by digest (<image>@sha256:<digest>)')
    .optional()
    .meta({
      description: 'What asks candidates in probes that name no client, by digest; without it, RUNNER_IMAGE.',
      example: 'docker.io/library/alpine@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1',
    }),
  AGENT_POOL: z
    .string()
    // https://learn.microsoft.com/rest/api/containerregistry/agent-pools/create
    .regex(/^[A-Za-z0-9-]{3,20}$/, 'not the name of an agent pool')
    .optional()
    .meta({
      description: 'The agent pool of QUARANTINE_REGISTRY that checks run on; without it, the agents of Azure.',
      example: 'gated-import',
    }),
  SIGNING_KEY: z
    .string()
    // https://learn.microsoft.com/azure/key-vault/general/about-keys-secrets-certificates#vault-name-and-object-name
    .regex(/^[0-9A-Za-z-]{1,127}$/, 'not the name of a key')
    .meta({
      description: 'The key in the key vault that promotion records are signed with: EC, P-256.',
      example: 'promotions',
    }),
  SWEEP_SCHEDULE: z
    .string()
    .refine(isSchedule, 'not a schedule of six fields (second minute hour day month weekday)')
    .meta({ description: 'How often every upstream is asked.', example: '0 */5 * * * *' }),
  TASK_HUB: z
    .string()
    // https://learn.microsoft.com/azure/azure-functions/durable/durable-functions-task-hubs#task-hub-names
    .regex(/^[A-Za-z][A-Za-z0-9]{2,44}$/, 'not a letter and then 2 to 44 letters and digits')
    .meta({ description: 'The Durable Functions task hub.', example: 'gatedimport' }),
  AUTH_MODE: z.enum(['entra', 'local'], 'neither "entra" nor "local"').default('entra').meta({
    description: 'Who may call the API: "entra": whom App Service authentication let in; "local": this machine.',
    example: 'entra',
  }),
  AZURE_CLIENT_ID: z.guid('not a GUID').optional().meta({
    description: 'The user-assigned identity; without it, the one and only identity there is.',
    example: '8b2e7a0c-5d0f-4e57-9d7e-0c6f2a4b1d33',
  }),
  TELEMETRY_FILE: z.string().optional().meta({
    description: 'A file for traces and metrics (OTLP as JSON lines).',
    example: 'telemetry.jsonl',
  }),
  APPLICATIONINSIGHTS_CONNECTION_STRING: z
    .string()
    .refine(
      isConnectionString,
      'not a connection string with an InstrumentationKey (a GUID) and an IngestionEndpoint (https://)',
    )
    .optional()
    .meta({
      description: 'Application Insights, for traces and metrics of the app and the log of the Functions host.',
      example:
        'InstrumentationKey=00000000-0000-0000-0000-000000000000;IngestionEndpoint=https://westeurope-5.in.applicationinsights.azure.com/',
    }),
  POLICY_VARIABLES: z.string().optional().meta({
    description: 'More settings that the policy may name as ${NAME}, beside all that end in _REGISTRY.',
    example: 'REGION,STAGE',
  }),
});

export interface SettingRow {
  name: string;
  required: boolean;
  default?: string;
  description: string;
  example: string;
}

export const settingsTable: SettingRow[] = Object.entries(schema.shape).map(([name, setting]) => {
  const { description = '', example } = setting.meta() ?? {};
  const fallback = setting.safeParse(undefined);
  return {
    name,
    required: !fallback.success,
    ...(typeof fallback.data === 'string' && { default: fallback.data }),
    description,
    example: String(example),
  };
});

function isEndpoint(text: string): boolean {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (!url || url.username !== '' || url.password !== '' || url.search !== '' || url.hash !== '') return false;
  return url.protocol === 'https:' || (url.protocol === 'http:' && isLoopback(url.host));
}
