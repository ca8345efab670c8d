/**
 * Where the doctor finds the settings of the app, and as whom it asks: the deployed function app, a file, the local system, or the environment.
 *
 * The first that is given counts. At the local system it asks as whoever provisions it; in Azure as whoever this machine is signed in as.
 */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { z } from 'zod';
import { valueOf } from '../../shared/domain/doctor/finding.ts';
import { isLoopback } from '../../shared/loopback.ts';
import { findLocalSystem, type LocalSystem } from '../app/local-system.ts';
import { WrongUse, type Terminal } from '../command.ts';
import { localToken, trustLocal } from './local-sign-in.ts';
import { reader, type Reader } from './reader.ts';

export interface Source {
  /** As the app has them in its environment. */
  values: Record<string, string>;
  armEndpoint: string;
  arm: Reader;
  /** For any service of Azure: `https://vault.azure.net/.default`. */
  token(scope: string): Promise<string>;
  functionApp?: { id?: string; url?: string };
  /** Object id; of the function app's own identity, or as it was given. */
  appObjectId?: string;
}

const PUBLIC_ARM = 'https://management.azure.com';
const SITES = '2023-12-01';

export interface SourceAsked {
  settings?: string | undefined;
  'function-app'?: string | undefined;
  identity?: string | undefined;
}

export async function findSource(asked: SourceAsked, terminal: Terminal): Promise<Source> {
  const { environment, folder } = terminal;
  if (asked.settings !== undefined && asked['function-app'] !== undefined) {
    throw new WrongUse('--settings and --function-app: one of them says what the settings are');
  }
  const local = findLocalSystem(folder);
  const given = asked.identity === undefined ? {} : { appObjectId: asked.identity };
  if (asked['function-app'] !== undefined) {
    const endpoint = environment['ARM_ENDPOINT'] ?? PUBLIC_ARM;
    const azure = signedIn(endpoint, { terminal, local });
    return { ...azure, ...(await deployed(asked['function-app'], azure.arm)), ...given };
  }
  const values =
    asked.settings === undefined
      ? (local?.settings ?? defined(environment))
      : settingsIn(resolve(folder, asked.settings), asked.settings);
  const isLocal = asked.settings === undefined && local?.settings !== undefined;
  return {
    ...signedIn(values['ARM_ENDPOINT'] || PUBLIC_ARM, { terminal, local }),
    values,
    ...(isLocal && local ? { functionApp: { url: local.app } } : {}),
    ...given,
  };
}

function signedIn(
  armEndpoint: string,
  { terminal, local }: { terminal: Terminal; local: LocalSystem | undefined },
): Pick<Source, 'arm' | 'armEndpoint' | 'token'> {
  if (!URL.canParse(armEndpoint)) throw new WrongUse(`ARM_ENDPOINT: "${armEndpoint}" is no address`);
  const { host, protocol } = new URL(armEndpoint);
  if (protocol !== 'https:' && !isLoopback(host)) throw new WrongUse(`ARM_ENDPOINT: "${armEndpoint}" is not https://`);
  const isLocal = isLoopback(host) && local?.environment['ARM_ENDPOINT'] === armEndpoint;
  if (isLocal) trustLocal(local.environment, terminal.environment);
  const token = remembered(isLocal ? localToken(local.environment) : terminal.signIn);
  const endpoint = armEndpoint.replace(/\/$/, '');
  return { armEndpoint: endpoint, token, arm: reader({ endpoint, token: () => token(`${endpoint}/.default`) }) };
}

/** One sign-in for each service. */
function remembered(signIn: Terminal['signIn']): Terminal['signIn'] {
  const tokens = new Map<string, Promise<string>>();
  return (scope) => {
    const token = tokens.get(scope) ?? signIn(scope);
    tokens.set(scope, token);
    return token;
  };
}

const site = z.object({
  id: z.string(),
  properties: z.object({ defaultHostName: z.string().nullish() }),
  identity: z
    .object({
      principalId: z.string().nullish(),
      userAssignedIdentities: z.record(z.string(), z.object({ principalId: z.string() })).nullish(),
    })
    .nullish(),
});
const appSettings = z.object({ properties: z.record(z.string(), z.string()) });
const SITE_ID = /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/Microsoft\.Web\/sites\/[^/]+$/i;

async function deployed(id: string, arm: Reader): Promise<Pick<Source, 'values' | 'functionApp' | 'appObjectId'>> {
  if (!SITE_ID.test(id)) {
    throw new WrongUse(`--function-app: "${id}" is no resource id (az functionapp show --query id --output tsv)`);
  }
  const about = { what: 'the function app', where: id, right: 'the role "Website Contributor" on the function app' };
  const app = await arm.read(`${id}?api-version=${SITES}`, about, site);
  const listed = await arm.ask(`${id}/config/appsettings/list?api-version=${SITES}`, about, appSettings);
  const [read, settings] = [valueOf(app), valueOf(listed)];
  if (!read || !settings) {
    const trouble = [app, listed].find(({ kind }) => kind !== 'seen');
    const why = trouble?.kind === 'unseen' ? trouble.why : 'it is not there';
    throw new Error(`the settings of ${id} could not be read: ${why} (needed: ${about.right})`);
  }
  const { defaultHostName } = read.properties;
  const [assigned, another] = Object.values(read.identity?.userAssignedIdentities ?? {});
  const objectId = assigned && !another ? assigned.principalId : (read.identity?.principalId ?? undefined);
  return {
    values: settings.properties,
    functionApp: { id: read.id, ...(defaultHostName ? { url: `https://${defaultHostName}` } : {}) },
    ...(objectId === undefined ? {} : { appObjectId: objectId }),
  };
}

const text = z.record(z.string(), z.string());
const settingsFile = z.union([
  z.object({ Values: text }).transform(({ Values }) => Values),
  z
    .array(z.object({ name: z.string(), value: z.string().nullable() }))
    .transform((all) => Object.fromEntries(all.map(({ name, value }) => [name, value ?? '']))),
  text,
]);

function settingsIn(file: string, named: string): Record<string, string> {
  let json: unknown;
  try {
    json = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    const why = error instanceof SyntaxError ? 'is no JSON' : 'cannot be read';
    throw new WrongUse(`--settings: ${named} ${why}`, { cause: error });
  }
  const parsed = settingsFile.safeParse(json);
  if (parsed.success) return parsed.data;
  throw new WrongUse(
    `--settings: ${named} is neither a local.settings.json nor what "az functionapp config appsettings list" prints`,
  );
}

const defined = (environment: Terminal['environment']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(environment).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
