/**
 * Amazon ECR Public. One scope for everything; logs in as `AWS` with a password of twelve hours
 * (https://docs.aws.amazon.com/AmazonECR/latest/public/public-registry-auth.html); a token that has expired is answered 400 without a challenge
 * (https://github.com/aws/containers-roadmap/issues/2835); strangers have one pull a second.
 */
import { expect, test } from 'vitest';
import { keepsTheContract } from './contract.ts';
import { errors } from './kind.ts';

const { played } = keepsTheContract({
  repository: 'docker/library/node',
  open: 'nothing',
  hides: false,
  tokens: {
    path: '/token/',
    challenge: ({ realm }) => `Bearer realm="${realm}",service="public.ecr.aws",scope="aws"`,
    query: () => ({ service: 'public.ecr.aws', scope: 'aws' }),
    answer: (token) => ({ token }),
    login: { username: 'AWS', password: 'eyJwYXlsb2FkIjoi' },
    stranger: 'a token',
    stale: {
      status: 400,
      body: errors('DENIED', 'Your authorization token has expired. Reauthenticate and try again.'),
    },
  },
  absent: errors('MANIFEST_UNKNOWN', 'Requested image not found'),
  throttled: { status: 429, body: errors('TOOMANYREQUESTS', 'Rate exceeded') },
  blobs: 'elsewhere',
  referrers: 'tagged',
});

test('a question that it takes for a bad one is a bad one, when no token was sent', async () => {
  const { registry, upstreams } = played();
  registry.throttle({ status: 400 });

  expect(await upstreams.look(registry.public)).toMatchObject({ message: expect.stringMatching(/answered 400/) });

  expect(registry.asked()).toHaveLength(1);
});
