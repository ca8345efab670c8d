/**
 * Logs in to another registry as its challenge wants: Basic, or a token from the realm, for which a password without a user name counts as
 * a token of Azure (exchanged first) or of that registry.
 */
import { z } from 'zod';
import type { SourceCredentials } from './request.ts';
import { readAnswer, type Http } from './http.ts';

const ANSWER_BYTES = 1024 * 1024;

/** The `Authorization` header for that challenge; `undefined` when the registry gives none for these credentials. */
export async function authorize(options: {
  http: Http;
  challenge: string;
  scope: string;
  credentials?: SourceCredentials;
  signal: AbortSignal;
}): Promise<string | undefined> {
  const { http, challenge, scope, credentials, signal } = options;
  const basic =
    credentials?.username === undefined
      ? undefined
      : `Basic ${Buffer.from(`${credentials.username}:${credentials.password}`).toString('base64')}`;
  if (/^basic\b/i.test(challenge)) return basic;
  const realm = parameter(challenge, 'realm');
  if (!/^bearer\b/i.test(challenge) || realm === undefined) return undefined;
  const service = parameter(challenge, 'service');
  const asked = { ...(service === undefined ? {} : { service }), scope };

  if (credentials && basic === undefined) {
    const exchanged = await post(new URL('/oauth2/exchange', realm), {
      grant_type: 'access_token',
      service: service ?? '',
      access_token: credentials.password,
    });
    const refreshToken = exchanged?.refresh_token ?? credentials.password;
    const answer = await post(new URL(realm), { ...asked, grant_type: 'refresh_token', refresh_token: refreshToken });
    return bearer(answer);
  }
  const url = new URL(realm);
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return bearer(await tokenAnswer(url, { headers: basic === undefined ? {} : { authorization: basic } }));

  function post(url: URL, form: Record<string, string>): Promise<TokenAnswer | undefined> {
    return tokenAnswer(url, { form });
  }

  async function tokenAnswer(url: URL, request: { headers?: Record<string, string>; form?: Record<string, string> }) {
    const response = await http(url, { ...request, signal });
    const body = await readAnswer(response, ANSWER_BYTES);
    if (response.statusCode !== 200) {
      if ((response.statusCode ?? 500) >= 500)
        throw new Error(`${url.host} answered ${response.statusCode} when asked for a token`);
      return undefined;
    }
    return answerSchema.parse(JSON.parse(body.toString('utf8')));
  }
}

const answerSchema = z.object({
  token: z.string().optional(),
  access_token: z.string().optional(),
  refresh_token: z.string().optional(),
});
type TokenAnswer = z.infer<typeof answerSchema>;

function bearer(answer: TokenAnswer | undefined): string | undefined {
  const token = answer?.access_token ?? answer?.token;
  return token === undefined ? undefined : `Bearer ${token}`;
}

const parameter = (challenge: string, name: string): string | undefined =>
  new RegExp(`${name}="([^"]*)"`, 'i').exec(challenge)?.[1];
