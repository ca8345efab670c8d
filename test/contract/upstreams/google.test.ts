/**
 * Google Artifact Registry. Logs in with an access token or with the JSON key of a service account as the password
 * (https://cloud.google.com/artifact-registry/docs/docker/authentication); a challenge may name neither service nor scope
 * (https://github.com/apple/container/issues/2274); its quota is for each minute.
 */
import { describe, expect, it } from 'vitest';
import type { Credentials } from '../../../shared/ports/images.ts';
import { keepsTheContract } from './contract.ts';
import { errors, type RegistryKind } from './kind.ts';

const key = JSON.stringify({ type: 'service_account', private_key: '-----BEGIN PRIVATE KEY-----\nä:b\n' }, null, 2);

const googleWith = (login: Credentials, says: { serviceAndScope: boolean }): RegistryKind => ({
  repository: 'my-project/my-repository/app',
  open: 'nothing',
  hides: true,
  tokens: {
    path: '/v2/token',
    challenge: ({ realm, repository }) =>
      says.serviceAndScope
        ? `Bearer realm="${realm}",service="us-docker.pkg.dev",scope="repository:${repository}:pull"`
        : `Bearer realm="${realm}"`,
    query: (repository) => ({
      ...(says.serviceAndScope ? { service: 'us-docker.pkg.dev' } : {}),
      scope: `repository:${repository}:pull`,
    }),
    answer: (token) => ({ token, expires_in: 3600, issued_at: '2026-11-24T10:00:00Z' }),
    login,
    stranger: {
      status: 403,
      body: errors(
        'DENIED',
        'Unauthenticated requests do not have permission "artifactregistry.repositories.downloadArtifacts"',
      ),
    },
    stale: 'the challenge',
  },
  absent: errors('MANIFEST_UNKNOWN', 'Failed to fetch "another"'),
  throttled: { status: 429, body: errors('TOOMANYREQUESTS', 'Quota exceeded for quota metric') },
  blobs: 'elsewhere',
  referrers: 'listed',
});

describe('with an access token', () => {
  const { played } = keepsTheContract(
    googleWith({ username: 'oauth2accesstoken', password: 'ya29.c.b0Aaek' }, { serviceAndScope: true }),
  );

  it('gives a token that counts for an hour', async () => {
    const { registry, upstreams, pass } = played();
    await upstreams.look(registry.public);

    pass(59 * 60_000);
    await upstreams.look(registry.public);

    expect(registry.tokenRequests()).toHaveLength(1);
  });
});

describe('with the key of a service account, and a challenge that says no more than where', () => {
  keepsTheContract(googleWith({ username: '_json_key', password: key }, { serviceAndScope: false }));
});
