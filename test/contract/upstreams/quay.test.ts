/**
 * Quay. What is public is read without a token; a stranger gets a token for what is private, and it opens nothing; robots log in with a "+" in
 * their name. It asks for a few requests a second and says no time to wait (https://access.redhat.com/solutions/6218921).
 */
import { expect, test } from 'vitest';
import { keepsTheContract } from './contract.ts';
import { errors } from './kind.ts';

const { played } = keepsTheContract({
  repository: 'prometheus/node-exporter',
  open: 'what is public',
  hides: true,
  tokens: {
    path: '/v2/auth',
    challenge: ({ realm, repository }) =>
      `Bearer realm="${realm}",service="quay.io",scope="repository:${repository}:pull"`,
    query: (repository) => ({ service: 'quay.io', scope: `repository:${repository}:pull` }),
    answer: (token) => ({ token }),
    login: { username: 'team+reader', password: 'ROBOT0TOKEN' },
    stranger: 'a token',
    stale: 'the challenge',
  },
  absent: errors('MANIFEST_UNKNOWN', 'manifest unknown'),
  throttled: { status: 429, body: '<html>429 Too Many Requests</html>' },
  blobs: 'elsewhere',
  referrers: 'listed',
});

test('what is public costs no token, with a login or without one', async () => {
  const { registry, upstreams } = played();

  await upstreams.look(registry.public);
  await upstreams.look(registry.public, { username: 'team+reader', password: 'ROBOT0TOKEN' });

  expect(registry.tokenRequests()).toEqual([]);
  expect(registry.otherAuthorizations()).toEqual([]);
});
