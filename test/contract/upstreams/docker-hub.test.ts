/**
 * Docker Hub. Tokens from a host of their own, for five minutes; a HEAD is no pull
 * (https://docs.docker.com/docker-hub/usage/pulls/); `Retry-After` holds the time itself (https://github.com/docker/hub-feedback/issues/2459).
 */
import { expect, test } from 'vitest';
import { formatReference, parseTagReference } from '../../../shared/domain/reference.ts';
import { addresses } from '../../../shared/oci/address.ts';
import { keepsTheContract } from './contract.ts';
import { errors } from './kind.ts';

const inTwoMinutes = () => Math.round(Date.now() / 1000) + 120;

const { played } = keepsTheContract({
  repository: 'library/node',
  open: 'nothing',
  hides: true,
  tokens: {
    path: '/token',
    elsewhere: true,
    challenge: ({ realm, repository }) =>
      `Bearer realm="${realm}",service="registry.docker.io",scope="repository:${repository}:pull"`,
    query: (repository) => ({ service: 'registry.docker.io', scope: `repository:${repository}:pull` }),
    answer: (token) => ({ token, access_token: token, expires_in: 300, issued_at: '2026-11-24T10:00:00.000000000Z' }),
    login: { username: 'reader', password: 'dckr_pat_1:2' },
    stranger: 'a token',
    stale: 'the challenge',
  },
  absent: errors('MANIFEST_UNKNOWN', 'manifest unknown'),
  throttled: {
    status: 429,
    headers: {
      'Retry-After': String(inTwoMinutes()),
      'ratelimit-limit': '100;w=21600',
      'ratelimit-remaining': '0;w=21600',
    },
    body: errors('TOOMANYREQUESTS', 'You have reached your pull rate limit.'),
  },
  blobs: 'elsewhere',
  referrers: 'listed',
});

test.each([
  ['docker.io/node:22', 'docker.io/library/node:22'],
  ['index.docker.io/library/node:22', 'docker.io/library/node:22'],
  ['docker.io/grafana/grafana:13.0.1', 'docker.io/grafana/grafana:13.0.1'],
])('%s is %s, and is asked at registry-1.docker.io', async (text, meant) => {
  const reference = parseTagReference(text);

  const asked = await addresses().reach(reference.host, async (base) => base.href);

  expect(formatReference(reference)).toBe(meant);
  expect(asked).toBe('https://registry-1.docker.io/');
});

test('its token counts for five minutes, and no look in them is a pull', async () => {
  const { registry, upstreams, pass } = played();

  for (let minute = 0; minute < 4; minute += 1) {
    await upstreams.look(registry.public);
    pass(60_000);
  }

  expect(registry.tokenRequests()).toHaveLength(1);
  expect(registry.asked().filter((asked) => asked.startsWith('GET /v2/'))).toEqual([]);
});

test('it is said that a login may allow more, to whoever has none', async () => {
  const { registry, upstreams } = played();
  registry.throttle({ status: 429 });

  expect(await upstreams.look(registry.public)).toMatchObject({
    message: expect.stringMatching(/too many requests from here \(429\); with a login under "upstreams"/),
  });
});
