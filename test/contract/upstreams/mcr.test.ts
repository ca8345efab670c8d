/**
 * Microsoft Container Registry. Everything is open, and blobs come from its data endpoints
 * (https://github.com/microsoft/containerregistry/blob/main/docs/client-firewall-rules.md). Where too much was fetched from it answers 429
 * (https://github.com/microsoft/containerregistry/blob/main/docs/egress-limits.md).
 */
import { expect, test } from 'vitest';
import { keepsTheContract } from './contract.ts';
import { errors } from './kind.ts';

const { played } = keepsTheContract({
  repository: 'dotnet/aspnet',
  open: 'everything',
  hides: false,
  absent: errors('MANIFEST_UNKNOWN', 'manifest tagged by "another" is not found'),
  throttled: { status: 429, headers: { 'Retry-After': '30' }, body: errors('TOOMANYREQUESTS', 'too many requests') },
  blobs: 'elsewhere',
  referrers: 'listed',
});

test('a login that nobody asks for is not sent', async () => {
  const { registry, upstreams } = played();

  await upstreams.look(registry.public, { username: 'reader', password: 'secret' });

  expect(registry.otherAuthorizations()).toEqual([]);
});
