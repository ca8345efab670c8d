/**
 * A login at a registry of Azure for whoever is signed in, as `az acr login` gets one; and with it the names of the repositories.
 *
 * https://learn.microsoft.com/azure/container-registry/container-registry-authentication . Only for hosts that Azure Resource Manager has named.
 */
import { z } from 'zod';
import type { Seen } from '../../shared/domain/doctor/finding.ts';
import type { Host } from '../../shared/domain/reference.ts';
import type { Credentials } from '../../shared/ports/images.ts';
import { TOKEN_USER } from '../docker-credentials.ts';
import { reader, unseen, whyNot, type About } from './reader.ts';

const WITHIN_MS = 30_000;
const A_PAGE = 1000;
const MOST_PAGES = 20;

const refresh = z.object({ refresh_token: z.string() });
const access = z.object({ access_token: z.string() });
const catalog = z.object({
  repositories: z
    .array(z.string())
    .nullish()
    .transform((all) => all ?? []),
});

/** `armToken`: a token for Azure Resource Manager. */
export async function registryLogin(host: Host, armToken: () => Promise<string>): Promise<Seen<Credentials>> {
  const about = aboutLogin(host);
  try {
    const body = { grant_type: 'access_token', service: host, access_token: await armToken() };
    const { refresh_token: password } = refresh.parse(await post(host, '/oauth2/exchange', body));
    return { kind: 'seen', value: { username: TOKEN_USER, password } };
  } catch (error) {
    return { ...unseen(about, whyNot(error)), right: about.right };
  }
}

export async function repositoriesOf(host: Host, login: Seen<Credentials>): Promise<Seen<string[]>> {
  const about = { ...aboutLogin(host), what: `the repositories of ${host}` };
  if (login.kind !== 'seen') return login.kind === 'unseen' ? { ...login, what: about.what } : login;
  const scope = 'registry:catalog:*';
  const token = async () => {
    const body = { grant_type: 'refresh_token', service: host, scope, refresh_token: login.value.password };
    return access.parse(await post(host, '/oauth2/token', body)).access_token;
  };
  const registry = reader({ endpoint: `https://${host}`, token });
  const found: string[] = [];
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const last = found.at(-1);
    const after = last === undefined ? '' : `&last=${encodeURIComponent(last)}`;
    const seen = await registry.read(`/acr/v1/_catalog?n=${A_PAGE}${after}`, about, catalog);
    if (seen.kind === 'unseen') return seen;
    const { repositories } = seen.kind === 'seen' ? seen.value : { repositories: [] };
    found.push(...repositories);
    if (repositories.length < A_PAGE) return { kind: 'seen', value: found };
  }
  return unseen(about, `there are more than ${A_PAGE * MOST_PAGES}`);
}

const aboutLogin = (host: Host): About => ({
  what: `the registry ${host}`,
  where: host,
  right:
    'the role "AcrPull" on the registry, or "Container Registry Repository Reader" where permissions are by repository',
});

async function post(host: Host, path: string, body: Record<string, string>): Promise<unknown> {
  const answer = await fetch(`https://${host}${path}`, {
    method: 'POST',
    redirect: 'error',
    body: new URLSearchParams(body),
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  if (!answer.ok) throw new Error(`${host} gives no token: it answered ${answer.status}`);
  return answer.json();
}
