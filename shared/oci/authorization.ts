/**
 * The `Authorization` header for one repository of one registry: none, Basic, or a Bearer token from the token server that the registry's
 * challenge names. https://distribution.github.io/distribution/spec/auth/token/
 *
 * Held in memory until shortly before it expires. Credentials travel over https, or not at all beyond this machine.
 */
import { z } from 'zod';
import type { RepositoryReference } from '../domain/reference.ts';
import { isLoopback } from '../loopback.ts';
import type { Credentials } from '../ports/images.ts';
import { retryAfterSeconds } from '../retry-after.ts';
import { boundedFetch, discard, readBounded } from './bounded-fetch.ts';
import { parseChallenges, type Challenge } from './challenge.ts';
import { TOKEN_ANSWER_BYTES, TOKEN_MARGIN_SECONDS, TOKEN_SECONDS } from './limits.ts';
import { lifetimeWithin } from './token-lifetime.ts';
import { UpstreamTrouble } from './upstream-trouble.ts';

export interface Authorizations {
  /** What is held, if it still counts. */
  held(repository: RepositoryReference, credentials?: Credentials): string | undefined;
  /**
   * Answers the challenge of a 401, once for all who are challenged at the same moment. `undefined` when there is nothing to answer with.
   * Throws `UpstreamTrouble`.
   */
  answer(challenged: Challenged): Promise<string | undefined>;
  /** What to send in place of what was refused: something newer that is held by now, or nothing, so that the challenge comes. */
  insteadOf(refused: string, repository: RepositoryReference, credentials?: Credentials): string | undefined;
}

export interface Challenged {
  repository: RepositoryReference;
  credentials?: Credentials | undefined;
  /** Of the registry that sent it. */
  base: URL;
  /** The `WWW-Authenticate` header. */
  header: string;
  /** What the challenged request brought. */
  sent: string | undefined;
}

interface Entry {
  header: string;
  expiresAt: number;
}

const tokenAnswer = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  expires_in: z.number().optional(),
});

export function authorizations({ now }: { now: () => number }): Authorizations {
  const kept = new Map<string, Entry>();
  const pending = new Map<string, Promise<Entry | undefined>>();
  /** With the password: nobody waits for the answer to another one. */
  const keyOf = ({ host, repository }: RepositoryReference, credentials?: Credentials) =>
    JSON.stringify([host, repository, credentials?.username, credentials?.password]);
  const valid = (key: string): string | undefined => {
    const entry = kept.get(key);
    return entry && now() < entry.expiresAt ? entry.header : undefined;
  };

  const fetchOnce = (key: string, challenged: Challenged): Promise<Entry | undefined> => {
    const under = pending.get(key);
    if (under) return under;
    kept.delete(key);
    const fetching = answerChallenge(challenged, now)
      .then((entry) => {
        if (entry) kept.set(key, entry);
        return entry;
      })
      .finally(() => pending.delete(key));
    pending.set(key, fetching);
    return fetching;
  };

  return {
    held: (repository, credentials) => valid(keyOf(repository, credentials)),
    async answer(challenged) {
      const key = keyOf(challenged.repository, challenged.credentials);
      // Somebody else may have got one while this request was under way.
      const newer = valid(key);
      if (newer !== undefined && newer !== challenged.sent) return newer;
      return (await fetchOnce(key, challenged))?.header;
    },
    insteadOf(refused, repository, credentials) {
      const key = keyOf(repository, credentials);
      if (kept.get(key)?.header === refused) kept.delete(key);
      return valid(key);
    },
  };
}

async function answerChallenge(challenged: Challenged, now: () => number): Promise<Entry | undefined> {
  const challenges = parseChallenges(challenged.header);
  const bearer = challenges.find(({ scheme }) => scheme === 'bearer');
  if (bearer) return fetchToken(challenged, bearer, now);
  const { credentials, base } = challenged;
  if (!credentials || !challenges.some(({ scheme }) => scheme === 'basic')) return undefined;
  assertSafe(base, base);
  return { header: basic(credentials), expiresAt: Infinity };
}

async function fetchToken({ repository, credentials, base }: Challenged, { parameters }: Challenge, now: () => number) {
  const realm = realmOf(base, parameters['realm']);
  if (parameters['service']) realm.searchParams.set('service', parameters['service']);
  realm.searchParams.set('scope', parameters['scope'] ?? `repository:${repository.repository}:pull`);
  const response = await boundedFetch(realm, {
    method: 'GET',
    headers: credentials ? { Authorization: basic(credentials) } : {},
  });
  if (response.status !== 200) {
    await discard(response);
    throw refusedToken(realm, response, { repository, credentials });
  }
  const bytes = await readBounded(realm, response, TOKEN_ANSWER_BYTES);
  const answer = tokenAnswer.safeParse(parseJson(realm, bytes));
  const token = answer.data?.token ?? answer.data?.access_token;
  if (!token) throw new UpstreamTrouble(realm.host, 'is the token server, and its answer holds no token');
  const seconds = answer.data?.expires_in ?? lifetimeWithin(token) ?? TOKEN_SECONDS;
  return { header: `Bearer ${token}`, expiresAt: now() + (seconds - TOKEN_MARGIN_SECONDS) * 1000 };
}

function realmOf(base: URL, text: string | undefined): URL {
  if (text === undefined || !URL.canParse(text)) {
    throw new UpstreamTrouble(base.host, 'asks for a token and does not say where to get one');
  }
  const realm = new URL(text);
  assertSafe(base, realm);
  return realm;
}

/** Over the network only https; plain http from a registry on this machine to this machine. */
function assertSafe(base: URL, to: URL): void {
  const local = to.protocol === 'http:' && isLoopback(to.hostname) && isLoopback(base.hostname);
  if (to.protocol === 'https:' || local) return;
  throw new UpstreamTrouble(base.host, `wants a login at ${to.protocol}//${to.host}, which is not https`);
}

function refusedToken(
  realm: URL,
  { status, headers }: Response,
  { repository: { repository }, credentials }: Pick<Challenged, 'repository' | 'credentials'>,
): UpstreamTrouble {
  const wait = retryAfterSeconds(headers.get('retry-after'));
  const denied = status === 401 || status === 403;
  const problem = !denied
    ? `is the token server, and answered ${status}`
    : credentials
      ? `refused the login of "${credentials.username}" (${status}); check it under "upstreams" in the policy`
      : `gives no token for ${repository} without a login (${status}): it is private or does not exist; a login goes under "upstreams" in the policy`;
  return new UpstreamTrouble(realm.host, problem, { status, retryAfterSeconds: wait });
}

function parseJson(realm: URL, bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    throw new UpstreamTrouble(realm.host, 'is the token server, and its answer is not JSON', { cause: error });
  }
}

const basic = ({ username, password }: Credentials): string =>
  `Basic ${Buffer.from(`${username}:${password}`).toString('base64')}`;
