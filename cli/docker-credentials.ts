/**
 * The login that docker has for a registry: from its configuration file, or from the helper that the file names.
 *
 * https://docs.docker.com/reference/cli/docker/login/#credential-stores . `undefined`: none, and then the registry is asked without.
 */
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import type { Host } from '../shared/domain/reference.ts';
import type { Credentials } from '../shared/ports/images.ts';

/** Who a refresh token of Azure Container Registry belongs to: `az acr login` writes one as `identitytoken`. */
export const TOKEN_USER = '00000000-0000-0000-0000-000000000000';
const HELPER_SECONDS = 20;
/** Docker Hub's entry is older than the format. */
const ENTRIES_OF: Record<string, string[]> = { 'docker.io': ['https://index.docker.io/v1/', 'index.docker.io'] };

const entry = z.object({ auth: z.string().optional(), identitytoken: z.string().optional() });
const configuration = z.object({
  auths: z.record(z.string(), entry).default({}),
  credsStore: z.string().optional(),
  credHelpers: z.record(z.string(), z.string()).default({}),
});
const answer = z.object({ Username: z.string(), Secret: z.string() });

export function dockerCredentials(
  host: Host,
  { environment }: { environment: Record<string, string | undefined> },
): Credentials | undefined {
  const file = join(environment['DOCKER_CONFIG'] ?? join(homedir(), '.docker'), 'config.json');
  const text = readIfThere(file);
  if (text === undefined) return undefined;
  const parsed = configuration.safeParse(parseJson(file, text));
  if (!parsed.success) throw new Error(`${file} is no configuration of docker: ${parsed.error.issues[0]?.message}`);
  const { auths, credsStore, credHelpers } = parsed.data;
  for (const name of [host, `https://${host}`, ...(ENTRIES_OF[host] ?? [])]) {
    const helper = credHelpers[name] ?? credsStore;
    const found = (helper && askHelper(helper, name)) || fromEntry(auths[name]);
    if (found) return found;
  }
  return undefined;
}

function fromEntry(of: z.infer<typeof entry> | undefined): Credentials | undefined {
  if (of?.identitytoken) return { username: TOKEN_USER, password: of.identitytoken };
  const [username, ...rest] = Buffer.from(of?.auth ?? '', 'base64')
    .toString('utf8')
    .split(':');
  return username && rest.length > 0 ? { username, password: rest.join(':') } : undefined;
}

/** A helper that has nothing says so with an exit code; what else is wrong with it shows when the registry refuses. */
function askHelper(helper: string, name: string): Credentials | undefined {
  const asked = spawnSync(`docker-credential-${helper}`, ['get'], {
    input: name,
    encoding: 'utf8',
    timeout: HELPER_SECONDS * 1000,
  });
  if (asked.status !== 0) return undefined;
  const { data } = answer.safeParse(parseJson(`docker-credential-${helper}`, asked.stdout));
  if (!data) return undefined;
  return { username: data.Username === '<token>' ? TOKEN_USER : data.Username, password: data.Secret };
}

function readIfThere(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parseJson(from: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new Error(`${from} gave no JSON`, { cause: error });
  }
}
