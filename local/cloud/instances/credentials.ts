/** Whose credential a container group shows to a registry, and the file that carries it to the engine for one pull. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { principalOf } from '../identity/user-assigned.ts';
import type { CloudConfig, RegistryService } from '../world.ts';
import type { GroupProperties } from './specification.ts';

export interface Credential {
  username: string;
  password: string;
}

/** `undefined`: none is given, or one of an identity that is nobody here, and the registry is asked without. */
export function credentialFor(
  host: string,
  { imageRegistryCredentials = [] }: GroupProperties,
  { registries, config }: { registries: RegistryService; config: CloudConfig },
): Credential | undefined {
  const given = imageRegistryCredentials.find(({ server }) => server.replace(/^https:\/\//, '').toLowerCase() === host);
  if (!given) return undefined;
  if (given.identity === undefined) return { username: given.username ?? '', password: given.password ?? '' };
  const principal = principalOf(given.identity, config);
  if (!principal || !registries.loginServers().includes(host)) return undefined;
  return registries.loginAs(host, principal.objectId);
}

/** Calls `work` with a folder that holds this login and no other; it is gone afterwards. */
export async function withLogin<T>(
  host: string,
  credential: Credential | undefined,
  work: (login: string) => Promise<T>,
): Promise<T> {
  const login = await mkdtemp(join(tmpdir(), 'gated-import-pull-'));
  try {
    const auths = credential ? { [host]: { auth: basic(credential) } } : {};
    await writeFile(join(login, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
    return await work(login);
  } finally {
    await rm(login, { recursive: true, force: true });
  }
}

/** As HTTP's basic authentication, and docker's configuration, write it. */
export const basic = ({ username, password }: Credential): string =>
  Buffer.from(`${username}:${password}`).toString('base64');
