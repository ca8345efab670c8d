/**
 * Another Azure Container Registry. Tokens at `/oauth2/token`, whose answer says no lifetime while the token itself does (75 minutes); takes the
 * login of an administrator, of a repository-scoped token, and a refresh token under the user name of zeros
 * (https://github.com/Azure/acr/blob/main/docs/AAD-OAuth.md).
 */
import { expect, test } from 'vitest';
import { keepsTheContract } from './contract.ts';
import { errors } from './kind.ts';

const part = (claims: object): string => Buffer.from(JSON.stringify(claims)).toString('base64url');
const token = (number: number): string =>
  `${part({ alg: 'RS256' })}.${part({ jti: `${number}`, iat: 1_700_000_000, exp: 1_700_004_500 })}.signature`;
const refusal = errors(
  'UNAUTHORIZED',
  'authentication required, visit https://aka.ms/acr/authorization for more information.',
);

const { played } = keepsTheContract({
  repository: 'team/app',
  open: 'nothing',
  hides: true,
  tokens: {
    path: '/oauth2/token',
    challenge: ({ realm, repository }) =>
      `Bearer realm="${realm}",service="team.azurecr.io",scope="repository:${repository}:pull"`,
    query: (repository) => ({ service: 'team.azurecr.io', scope: `repository:${repository}:pull` }),
    answer: (given) => ({ access_token: given }),
    token,
    login: { username: '00000000-0000-0000-0000-000000000000', password: 'eyJhbGciOi.refresh.token' },
    stranger: { status: 401, body: refusal },
    stale: 'the challenge',
  },
  absent: errors('MANIFEST_UNKNOWN', 'manifest tagged by "another" is not found'),
  throttled: { status: 429, headers: { 'Retry-After': '60' }, body: errors('TOOMANYREQUESTS', 'too many requests') },
  blobs: 'elsewhere',
  referrers: 'listed',
});

test('its token counts for as long as it says itself, an hour at most', async () => {
  const { registry, upstreams, pass } = played();
  await upstreams.look(registry.public);

  pass(59 * 60_000);
  await upstreams.look(registry.public);
  expect(registry.tokenRequests()).toHaveLength(1);

  pass(60_000);
  await upstreams.look(registry.public);
  expect(registry.tokenRequests()).toHaveLength(2);
});

test('when its tokens are throttled it is left alone too', async () => {
  const { registry, upstreams } = played();
  registry.throttle({ status: 429, headers: { 'Retry-After': '60' } });
  await Promise.all([1, 2, 3].map(() => upstreams.look(registry.private)));
  const asked = registry.asked().length;

  await upstreams.look(registry.private);

  expect(registry.asked()).toHaveLength(asked);
});
