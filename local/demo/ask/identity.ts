/**
 * Asks as one of the identities does: with a token of its own from the managed identity endpoint, through the front doors, and with nothing
 * of the operator's. What is answered is a status, because whether it may is the question.
 */
import type { Local } from '../../local.ts';
import type { Instance } from '../../instance.ts';

export type IdentityAsk = ReturnType<typeof askAs>;

const VAULT_AUDIENCE = 'https://vault.azure.net';
const REGISTRY_AUDIENCE = 'https://containerregistry.azure.net';
const VAULT_API_VERSION = '7.5';
const MANIFEST_TYPES = [
  'application/vnd.oci.image.manifest.v1+json',
  'application/vnd.docker.distribution.manifest.v2+json',
].join(', ');

export function askAs({ endpoints, instance }: Local, identity: keyof Instance['identityHeaders']) {
  const token = async (audience: string): Promise<string> => {
    const url = `${endpoints.identity}?api-version=2019-08-01&resource=${encodeURIComponent(audience)}`;
    const answer = await fetch(url, { headers: { 'x-identity-header': instance.identityHeaders[identity] } });
    if (!answer.ok) throw new Error(`the identity endpoint answered ${answer.status}: ${await answer.text()}`);
    return ((await answer.json()) as { access_token: string }).access_token;
  };

  return {
    /** The status of a request to the vault, such as `GET /secrets/<name>`. */
    async vault(request: `${string} /${string}`, body?: object): Promise<number> {
      const [method = '', path = ''] = request.split(' ');
      const answer = await fetch(`${endpoints.keyVault}${path}?api-version=${VAULT_API_VERSION}`, {
        method,
        headers: { authorization: `Bearer ${await token(VAULT_AUDIENCE)}`, 'content-type': 'application/json' },
        ...(body ? { body: JSON.stringify(body) } : {}),
      });
      await answer.arrayBuffer();
      return answer.status;
    },
    /** The status of pulling a manifest, or of the first step on the way to it that was refused: a refresh token, an access token. */
    async pull(registry: { host: string; url: string }, repository: string, reference: string): Promise<number> {
      const ask = async (path: string, form: Record<string, string>): Promise<Record<string, string> | number> => {
        const body = new URLSearchParams({ service: registry.host, ...form });
        const answer = await fetch(`${registry.url}${path}`, { method: 'POST', body });
        const text = await answer.text();
        return answer.ok ? (JSON.parse(text) as Record<string, string>) : answer.status;
      };
      const exchanged = await ask('/oauth2/exchange', {
        grant_type: 'access_token',
        access_token: await token(REGISTRY_AUDIENCE),
      });
      if (typeof exchanged === 'number') return exchanged;
      const granted = await ask('/oauth2/token', {
        grant_type: 'refresh_token',
        refresh_token: exchanged['refresh_token'] ?? '',
        scope: `repository:${repository}:pull`,
      });
      if (typeof granted === 'number') return granted;
      const answer = await fetch(`${registry.url}/v2/${repository}/manifests/${reference}`, {
        headers: { accept: MANIFEST_TYPES, authorization: `Bearer ${granted['access_token'] ?? ''}` },
      });
      await answer.arrayBuffer();
      return answer.status;
    },
  };
}
