/**
 * The registry logins of a run: its own registry's, and those of `credentials.customRegistries`.
 *
 * They are written into a `config.json` in docker's format that only this run's docker client reads, and that goes with the run.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudConfig, RegistryService, VaultService } from '../world.ts';
import { NotSupportedLocally, RunFailed } from './failures.ts';
import type { RunSpec } from './records.ts';
import type { SecretObject } from './schemas.ts';

export interface Login {
  registry: string;
  username: string;
  password: string;
}

export interface LoginSources {
  registries: RegistryService;
  vault: VaultService;
  principals: CloudConfig['principals'];
}

/** Throws `RunFailed` for a login that cannot be had. */
export function loginsOf(spec: RunSpec, ownRegistry: string, sources: LoginSources): Login[] {
  const custom = Object.entries(spec.credentials?.customRegistries ?? {});
  const logins = custom.map(([registry, credential]): Login => {
    const { userName, password, identity } = credential;
    if (identity) checkIdentity(identity, spec, sources);
    if (userName && password) {
      const value = (secret: SecretObject) => resolve(secret, { registry, identity, vault: sources.vault });
      return { registry, username: value(userName), password: value(password) };
    }
    if (userName || password) throw new RunFailed(`the credential for ${registry} needs both userName and password`);
    if (!identity)
      throw new RunFailed(`the credential for ${registry} has neither an identity nor userName and password`);
    if (!sources.registries.loginServers().includes(registry)) {
      throw new RunFailed(`failed to log in to ${registry} with an identity: it is no registry of this cloud`);
    }
    return { registry, ...sources.registries.login(registry) };
  });
  const ownGiven = logins.some(({ registry }) => registry === ownRegistry);
  if (spec.credentials?.sourceRegistry?.loginMode === 'None' || ownGiven) return logins;
  return [{ registry: ownRegistry, ...sources.registries.login(ownRegistry) }, ...logins];
}

/** Writes `<folder>/config.json`. */
export async function writeLogins(folder: string, logins: Login[]): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const auths = Object.fromEntries(
    logins.map(({ registry, username, password }) => [
      registry,
      { auth: Buffer.from(`${username}:${password}`).toString('base64') },
    ]),
  );
  await writeFile(join(folder, 'config.json'), JSON.stringify({ auths }), { mode: 0o600 });
}

/** Throws `RunFailed` unless the run may act as it: `[system]`, or the client id of an identity of this cloud. */
export function checkIdentity(
  identity: string,
  spec: Pick<RunSpec, 'systemIdentity'>,
  { principals }: Pick<LoginSources, 'principals'>,
): void {
  if (identity === '[system]') {
    if (spec.systemIdentity) return;
    throw new RunFailed('the identity [system] is used, and the task has no system-assigned identity');
  }
  if (identity === '[caller]') throw new NotSupportedLocally('the identity [caller]');
  if (!principals.some(({ clientId }) => clientId === identity)) {
    throw new RunFailed(`there is no identity with the client id ${identity} in this cloud`);
  }
}

function resolve(
  secret: SecretObject,
  { registry, identity, vault }: { registry: string; identity: string | null | undefined; vault: VaultService },
): string {
  if (secret.type === 'Opaque') return secret.value;
  if (!identity)
    throw new RunFailed(`the credential for ${registry} names a vault secret and no identity to read it with`);
  const value = vault.secret(secret.value);
  if (value === undefined) throw new RunFailed(`failed to read the vault secret ${secret.value} for ${registry}`);
  return value;
}
