import { expect, test } from 'vitest';
import { registryPath } from '../../../../local/cloud/registry/data-plane/path.ts';

test.each([
  ['/v2/', '/v2/'],
  ['/v2/_catalog', '/v2/_catalog'],
  ['/v2/node/manifests/v1', '/v2/node/manifests/v1'],
  ['/v2/library/node/manifests/v1', '/v2/library%2Fnode/manifests/v1'],
  ['/v2/library%2Fnode/manifests/sha256%3Aab', '/v2/library%2Fnode/manifests/sha256%3Aab'],
  ['/v2/a/manifests/manifests/v1', '/v2/a%2Fmanifests/manifests/v1'],
  ['/v2/a/b/blobs/uploads/', '/v2/a%2Fb/blobs/uploads'],
  ['/v2/a/b/blobs/uploads/1-2', '/v2/a%2Fb/blobs/uploads/1-2'],
  ['/v2/a/b/tags/list', '/v2/a%2Fb/tags/list'],
  ['/v2/a/b/referrers/sha256:ab', '/v2/a%2Fb/referrers/sha256%3Aab'],
  ['/acr/v1/a/b', '/acr/v1/a%2Fb'],
  ['/acr/v1/a%2Fb/_tags', '/acr/v1/a%2Fb/_tags'],
  ['/acr/v1/a/b/_manifests/sha256:ab', '/acr/v1/a%2Fb/_manifests/sha256%3Aab'],
  ['/v2/%zz/manifests/v1', '/v2/%25zz/manifests/v1'],
])('%s is routed as %s', (path, routed) => {
  expect(registryPath(new Request(`https://localhost:5001${path}?n=1`))).toBe(routed);
});
