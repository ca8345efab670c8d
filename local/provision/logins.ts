/**
 * Logins of registries that are not identities: scope-map tokens. Each is made once and kept in Key Vault, because Azure shows a token's
 * password only when it is made.
 */
import type { Registry } from '../azure.ts';
import type { AzureClient } from './azure-client.ts';

export interface Login {
  username: string;
  password: string;
}

const API_VERSION = '2023-07-01';

export async function ensureLogin(
  azure: AzureClient,
  options: { registry: Registry; token: string; actions: string[]; secrets: { username: string; password: string } },
): Promise<Login> {
  const { registry, token, actions, secrets } = options;
  const username = await azure.secret(secrets.username);
  const password = await azure.secret(secrets.password);
  if (username !== undefined && password !== undefined) return { username, password };

  const scopeMapId = `${registry.id}/scopeMaps/${token}-scope-map`;
  const tokenId = `${registry.id}/tokens/${token}`;
  await azure.put(scopeMapId, API_VERSION, { properties: { description: `What the token ${token} may do`, actions } });
  await azure.put(tokenId, API_VERSION, { properties: { scopeMapId, status: 'enabled' } });
  const made = (await azure.post(`${registry.id}/generateCredentials`, API_VERSION, {
    tokenId,
    name: 'password1',
  })) as {
    username: string;
    passwords: { name: string; value: string }[];
  };
  const value = made.passwords.find(({ name }) => name === 'password1')?.value;
  if (value === undefined) throw new Error(`generateCredentials of ${registry.name} gave no password for ${token}`);
  await azure.setSecret(secrets.username, made.username);
  await azure.setSecret(secrets.password, value);
  return { username: made.username, password: value };
}

/** Everything on every repository: for a person at this machine, and for the tests. */
export const ensureDeveloperLogin = (azure: AzureClient, registry: Registry): Promise<Login> =>
  ensureLogin(azure, {
    registry,
    token: 'developer',
    actions: ['content/read', 'content/write', 'content/delete', 'metadata/read', 'metadata/write'].map(
      (action) => `repositories/*/${action}`,
    ),
    secrets: { username: `${registry.name}-developer-user`, password: `${registry.name}-developer-password` },
  });

/** What the app's intake reads the upstream with: the images that the gates of the examples follow. */
export const ensureUpstreamLogin = (azure: AzureClient, registry: Registry): Promise<Login> =>
  ensureLogin(azure, {
    registry,
    token: 'gated-import',
    actions: ['node', 'toolbox'].flatMap((repository) => [
      `repositories/${repository}/content/read`,
      `repositories/${repository}/metadata/read`,
    ]),
    secrets: { username: 'public-registry-user', password: 'public-registry-password' },
  });
