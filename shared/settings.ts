/**
 * The settings of the app: read once, by `functions/index.ts`, before anything starts. Every missing or wrong one is reported at
 * once, by name.
 *
 * Endpoints are settings, so no code asks whether Azure is local. `AUTH_MODE=local` lets everybody in, so it is refused unless
 * every endpoint is on this machine.
 */
import type { z } from 'zod';
import type { Host } from './domain/reference.ts';
import { isLoopback } from './loopback.ts';
import { policyPlace, type PolicyPlace } from './settings/policy-place.ts';
import { schema, settingsTable, type SettingRow } from './settings/schema.ts';
import { shown } from './settings/shown.ts';
import { variableProblems } from './settings/policy-variables.ts';

export { policyVariables } from './settings/policy-variables.ts';

/** Values as the process has them in its environment. */
export type Environment = Record<string, string | undefined>;

export interface Settings {
  policy: PolicyPlace;
  subscriptionId: string;
  armEndpoint: string;
  keyVaultUrl: string;
  tablesEndpoint: string;
  blobsEndpoint: string;
  announcementsEndpoint: string;
  quarantineRegistry: Host;
  runnerImage: string;
  /** What asks candidates in probes that name no client; by digest. */
  probeImage?: string;
  agentPool?: string;
  /** The name of a key in the key vault. */
  signingKey: string;
  sweepSchedule: string;
  taskHub: string;
  authMode: 'entra' | 'local';
  managedIdentityClientId?: string;
  telemetryFile?: string;
  /** The connection string. */
  applicationInsights?: string;
}

const ENDPOINTS = [
  'POLICY',
  'ARM_ENDPOINT',
  'KEY_VAULT_URL',
  'TABLES_ENDPOINT',
  'BLOBS_ENDPOINT',
  'ANNOUNCEMENTS_ENDPOINT',
  'QUARANTINE_REGISTRY',
] as const;

export function readSettings(
  environment: Environment,
): { kind: 'valid'; settings: Settings } | { kind: 'invalid'; problems: string[] } {
  // An empty setting is what a template leaves behind for one that was not given.
  const given = Object.fromEntries(
    Object.entries(environment).filter(([, value]) => value !== undefined && value !== ''),
  );
  const parsed = schema.safeParse(given);
  const problems = [
    ...settingsTable.flatMap((row) => {
      const issue = parsed.error?.issues.find(({ path }) => path[0] === row.name);
      return issue ? [problem(row, { value: given[row.name], rule: issue.message })] : [];
    }),
    ...variableProblems(
      environment,
      settingsTable.map(({ name }) => name),
    ),
    ...notOnThisMachine(given),
  ];
  if (problems.length > 0 || !parsed.success) return { kind: 'invalid', problems };
  return { kind: 'valid', settings: named(parsed.data) };
}

function problem(
  { name, description, example }: SettingRow,
  wrong: { value: string | undefined; rule: string },
): string {
  const what = wrong.value === undefined ? 'is missing' : `${shown(wrong.value)} is ${wrong.rule}`;
  return `${name}: ${what}. ${description} Example: ${example}`;
}

function notOnThisMachine(given: Environment): string[] {
  if (given['AUTH_MODE'] !== 'local') return [];
  return ENDPOINTS.flatMap((name) => {
    const value = given[name] ?? schema.shape[name].safeParse(undefined).data;
    if (value === undefined) return [];
    const host = name === 'QUARANTINE_REGISTRY' ? value : hostOf(value);
    if (host === undefined || isLoopback(host)) return [];
    return [
      `${name}: ${shown(value)} is not on this machine, and AUTH_MODE=local lets everybody in. Use AUTH_MODE=entra with it.`,
    ];
  });
}

/** A path of Windows is an address without a host. */
const hostOf = (text: string): string | undefined => (URL.canParse(text) && new URL(text).host) || undefined;

const named = (values: z.output<typeof schema>): Settings => ({
  policy: policyPlace(values.POLICY),
  subscriptionId: values.SUBSCRIPTION_ID,
  armEndpoint: values.ARM_ENDPOINT,
  keyVaultUrl: values.KEY_VAULT_URL,
  tablesEndpoint: values.TABLES_ENDPOINT,
  blobsEndpoint: values.BLOBS_ENDPOINT,
  announcementsEndpoint: values.ANNOUNCEMENTS_ENDPOINT,
  quarantineRegistry: values.QUARANTINE_REGISTRY,
  runnerImage: values.RUNNER_IMAGE,
  ...(values.AGENT_POOL !== undefined && { agentPool: values.AGENT_POOL }),
  ...(values.PROBE_IMAGE !== undefined && { probeImage: values.PROBE_IMAGE }),
  signingKey: values.SIGNING_KEY,
  sweepSchedule: values.SWEEP_SCHEDULE,
  taskHub: values.TASK_HUB,
  authMode: values.AUTH_MODE,
  ...(values.TELEMETRY_FILE !== undefined && { telemetryFile: values.TELEMETRY_FILE }),
  ...(values.APPLICATIONINSIGHTS_CONNECTION_STRING !== undefined && {
    applicationInsights: values.APPLICATIONINSIGHTS_CONNECTION_STRING,
  }),
  ...(values.AZURE_CLIENT_ID !== undefined && { managedIdentityClientId: values.AZURE_CLIENT_ID }),
});
