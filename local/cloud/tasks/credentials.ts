/**
 * The registry logins of a run: its own registry's, and those of `credentials.customRegistries`.
 *
 * A run has a login of its own registry by itself, unless permissions are by repository there: then it has the one of the identity that
 * `credentials.sourceRegistry` names, or none.
 * https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CloudConfig, RegistryLogin, RegistryService, VaultService } from '../world.ts';
import { NotSupportedLocally, RunFailed } from './failures.ts';
import type { RunSpec } from './records.ts';
import { objectIdOf } from './run-identities.ts';
import type { CustomRegistry, SecretObject } from './schemas.ts';

export interface Login extends RegistryLogin {
  registry: string;
}

export interface LoginSources {
  registries: RegistryService;
  vault: VaultService;
  principals: CloudConfig['principals'];
}

/** Throws `RunFailed` for a login that cannot be had, and for a push without any. */
export function loginsOf(spec: RunSpec, ownRegistry: string, sources: LoginSources): Login[] {
  const custom = Object.entries(spec.credentials?.customRegistries ?? {}).map(([registry, credential]) =>
    customLogin(registry, credential, { spec, sources }),
  );
  const ownGiven = custom.some(({ registry }) => registry === ownRegistry);
  const own = ownGiven ? undefined : ownLogin(ownRegistry, spec, sources);
  const logins = own ? [own, ...custom] : custom;
  const { step } = spec;
  const pushes = step.type === 'Docker' && step.isPushEnabled && step.imageNames.length > 0;
  // The agent's words; what is meant by a credential in a registry in ABAC mode is `credentials.sourceRegistry.identity`.
  if (pushes && logins.length === 0) throw new RunFailed('when specifying push, at least one credential is required');
  return logins;
}

function ownLogin(registry: string, spec: RunSpec, { registries, principals }: LoginSources): Login | undefined {
  const { loginMode, identity } = spec.credentials?.sourceRegistry ?? {};
  if (loginMode === 'None' || identity?.toLowerCase() === 'none') return undefined;
  if (identity) {
    return { registry, ...registries.loginAs(registry, objectIdOf(identity, spec.identities, { principals })) };
  }
  return registries.isByRepository(registry) ? undefined : { registry, ...registries.login(registry) };
}

function customLogin(
  registry: string,
  { userName, password, identity }: CustomRegistry,
  { spec, sources }: { spec: RunSpec; sources: LoginSources },
): Login {
  if (identity === '[caller]') throw new NotSupportedLocally(`the identity [caller] for ${registry}`);
  const reader = identity ? objectIdOf(identity, spec.identities, sources) : undefined;
  if (userName && password) {
    const value = (secret: SecretObject) => resolve(secret, { registry, reader, vault: sources.vault });
    return { registry, username: value(userName), password: value(password) };
  }
  if (userName || password) throw new RunFailed(`the credential for ${registry} needs both userName and password`);
  if (reader === undefined)
    throw new RunFailed(`the credential for ${registry} has neither an identity nor userName and password`);
  if (!sources.registries.loginServers().includes(registry)) {
    throw new RunFailed(`failed to log in to ${registry} with an identity: it is no registry of this cloud`);
  }
  return { registry, ...sources.registries.loginAs(registry, reader) };
}

/** `reader`: object id. */
function resolve(
  secret: SecretObject,
  { registry, reader, vault }: { registry: string; reader: string | undefined; vault: VaultService },
): string {
  if (secret.type === 'Opaque') return secret.value;
  if (reader === undefined)
    throw new RunFailed(`the credential for ${registry} names a vault secret and no identity to read it with`);
  const value = vault.secret(secret.value, reader);
  if (value !== undefined) return value;
  throw new RunFailed(
    `failed to read the vault secret ${secret.value} for ${registry}: it is not there, or the identity may not read it`,
  );
}

/** Writes `<folder>/config.json`, in docker's format; only this run's docker client reads it, and it goes with the run. */
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
