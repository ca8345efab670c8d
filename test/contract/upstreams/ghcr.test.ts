/**
 * GitHub Container Registry. Nothing without a token, which is opaque and says no lifetime; whoever may not read gets none; a token that it
 * does not take is answered 403 without a challenge (https://github.com/renovatebot/renovate/issues/11446); how often one may ask, and that the
 * wait is of milliseconds, stands in the body alone (https://github.com/falcosecurity/plugins/issues/1069).
 */
import { expect, test } from 'vitest';
import { parseTagReference } from '../../../shared/domain/reference.ts';
import { keepsTheContract } from './contract.ts';
import { errors } from './kind.ts';

const { played } = keepsTheContract({
  repository: 'project-zot/zot-linux-amd64',
  open: 'nothing',
  hides: true,
  tokens: {
    path: '/token',
    challenge: ({ realm, repository }) =>
      `Bearer realm="${realm}",service="ghcr.io",scope="repository:${repository}:pull"`,
    query: (repository) => ({ service: 'ghcr.io', scope: `repository:${repository}:pull` }),
    answer: (token) => ({ token }),
    token: (number) => `djE6cHJvamVjdC16b3Q${number}=`,
    login: { username: 'reader', password: 'ghp_0123456789' },
    stranger: { status: 401, body: errors('DENIED', 'requested access to the resource is denied') },
    stale: { status: 403, body: errors('DENIED', 'invalid token') },
  },
  absent: errors('MANIFEST_UNKNOWN', 'manifest unknown'),
  throttled: { status: 429, body: errors('TOOMANYREQUESTS', 'retry-after: 187.68µs, allowed: 44000/minute') },
  blobs: 'elsewhere',
  referrers: 'tagged',
});

test('its token, which says no lifetime, counts for a minute and no longer', async () => {
  const { registry, upstreams, pass } = played();
  await upstreams.look(registry.public);

  pass(45_000);
  await upstreams.look(registry.public);
  expect(registry.tokenRequests()).toHaveLength(1);

  pass(20_000);
  await upstreams.look(registry.public);
  expect(registry.tokenRequests()).toHaveLength(2);
});

test('a token that opens nothing any more is tried once, not for ever', async () => {
  const { registry, upstreams } = played();
  await upstreams.look(registry.public);
  registry.throttle({ status: 403, body: errors('DENIED', 'permission_denied: read_package') });
  registry.forgetRequests();

  expect((await upstreams.look(registry.public)).kind).toBe('unreachable');

  expect(registry.asked()).toHaveLength(2);
});

test('the name of an owner is written in lower case, and who does not is told so', () => {
  expect(() => parseTagReference('ghcr.io/Project-Zot/zot:v2')).toThrow(/lower-case letters/);
});
