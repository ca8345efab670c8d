/**
 * Logins of registries that are not identities: scope-map tokens. The password of one is made once and kept in Key Vault, because Azure shows it
 * only when it is made.
 */
import type { Registry } from '../azure.ts';
import type { AzureClient } from './azure-client.ts';

export interface Login {
  username: string;
  password: string;
}

const API_VERSION = '2023-07-01';

/** Everything on every repository: for a person at this machine, and for the tests. */
export async function ensureDeveloperLogin(azure: AzureClient, registry: Registry): Promise<Login> {
  const secrets = { username: `${registry.name}-developer-user`, password: `${registry.name}-developer-password` };
  const known = { username: await azure.secret(secrets.username), password: await azure.secret(secrets.password) };
  if (known.username !== undefined && known.password !== undefined) {
    return { username: known.username, password: known.password };
  }
  const token = 'developer';
  const scopeMapId = `${registry.id}/scopeMaps/${token}-scope-map`;
  const actions = ['content/read', 'content/write', 'content/delete', 'metadata/read', 'metadata/write'].map(
    (action) => `repositories/*/${action}`,
  );
  await azure.put(scopeMapId, API_VERSION, { properties: { description: `What the token ${token} may do`, actions } });
  await azure.put(`${registry.id}/tokens/${token}`, API_VERSION, { properties: { scopeMapId, status: 'enabled' } });
  const { username, password } = await makePassword(azure, registry, token);
  await azure.setSecret(secrets.username, username);
  await azure.setSecret(secrets.password, password);
  return { username, password };
}

/** Of the token that the first stage has made: what the second stage is to put into the vault. Empty when it is there already. */
export async function newUpstreamPassword(azure: AzureClient, registry: Registry): Promise<string> {
  if ((await azure.secret('public-registry-password')) !== undefined) return '';
  return (await makePassword(azure, registry, 'gated-import')).password;
}

async function makePassword(azure: AzureClient, registry: Registry, token: string): Promise<Login> {
  const made = (await azure.post(`${registry.id}/generateCredentials`, API_VERSION, {
    tokenId: `${registry.id}/tokens/${token}`,
    name: 'password1',
  })) as { username: string; passwords: { name: string; value: string }[] };
  const value = made.passwords.find(({ name }) => name === 'password1')?.value;
  if (value === undefined) throw new Error(`generateCredentials of ${registry.name} gave no password for ${token}`);
  return { username: made.username, password: value };
}
