/** How an upstream is asked for a token or with a login, and what becomes of those. */
import { afterEach, expect, test } from 'vitest';
import { ociUpstreams } from '../../../shared/oci/upstreams.ts';
import type { Answer } from '../../contract/azure/wire.ts';
import {
  basic,
  bearer,
  closeWires,
  credentials,
  DIGEST,
  guarded,
  MANIFEST,
  seen,
  start,
  there,
} from './upstream-wire.ts';

afterEach(closeWires);

test('sends one HEAD for each look once a token is held, and fetches another when it is about to expire', async () => {
  const wire = await start();
  let now = 1_000_000;
  const upstreams = ociUpstreams({ now: () => now });
  wire.on('HEAD', MANIFEST, guarded(bearer(wire), 'Bearer t', there));
  wire.on('GET', '/token', { status: 200, body: { token: 't', expires_in: 300 } });

  await upstreams.look(wire.image);
  await upstreams.look(wire.image);
  now += 291_000;
  await upstreams.look(wire.image);

  const login = [`HEAD ${MANIFEST}`, 'GET /token', `HEAD ${MANIFEST}`];
  expect(seen(wire)).toEqual([...login, `HEAD ${MANIFEST}`, ...login]);
});

test('asks the token server for what the challenge says, with the login when there is one', async () => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, guarded(bearer(wire), 'Bearer t', there));
  wire.on('GET', '/token', { status: 200, body: { access_token: 't' } });

  await ociUpstreams().look(wire.image, credentials);

  const asked = wire.requests.find(({ path }) => path.startsWith('/token'));
  const query = new URL(asked?.path ?? '', wire.url).searchParams;
  expect(Object.fromEntries(query)).toEqual({ service: wire.host, scope: 'repository:library/node:pull' });
  expect(asked?.headers.authorization).toBe(basic);
});

test('logs in with Basic where that is asked for, and then sends it at once', async () => {
  const wire = await start();
  const upstreams = ociUpstreams();
  wire.on('HEAD', MANIFEST, guarded({ status: 401, headers: { 'WWW-Authenticate': 'Basic realm="r"' } }, basic, there));

  await upstreams.look(wire.image, credentials);
  const sighted = await upstreams.look(wire.image, credentials);

  expect(sighted).toEqual({ kind: 'at', digest: DIGEST });
  expect(wire.requests.map(({ headers }) => headers.authorization)).toEqual([undefined, basic, basic]);
});

test('uses a changed password after the old one stopped working', async () => {
  const wire = await start();
  const upstreams = ociUpstreams();
  const challenge: Answer = { status: 401, headers: { 'WWW-Authenticate': 'Basic realm="r"' } };
  wire.on('HEAD', MANIFEST, guarded(challenge, basic, there));
  await upstreams.look(wire.image, credentials);
  const changed = `Basic ${Buffer.from('reader:new').toString('base64')}`;
  wire.on('HEAD', MANIFEST, guarded(challenge, changed, there));

  const sighted = await upstreams.look(wire.image, { username: 'reader', password: 'new' });

  expect(sighted.kind).toBe('at');
});

test('a token that is not accepted is tried once, and then the registry is unreachable', async () => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, bearer(wire));
  wire.on('GET', '/token', { status: 200, body: { token: 't' } });

  const sighted = await ociUpstreams().look(wire.image);

  expect(sighted.kind).toBe('unreachable');
  expect(seen(wire)).toEqual([`HEAD ${MANIFEST}`, 'GET /token', `HEAD ${MANIFEST}`]);
});

test.each([
  ['refuses the login', { status: 401 }, /refused the login of "reader" \(401\)/],
  ['is throttled', { status: 429, headers: { 'Retry-After': '5' } }, /token server, and answered 429.*wait 5 s/],
  ['answers no JSON', { status: 200, body: '<html>' }, /not JSON/],
  ['answers no token', { status: 200, body: { token: '' } }, /holds no token/],
])('is unreachable when the token server %s', async (_, answer, sentence) => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, bearer(wire));
  wire.on('GET', '/token', answer);

  const sighted = await ociUpstreams().look(wire.image, credentials);

  expect(sighted).toEqual({ kind: 'unreachable', message: expect.stringMatching(sentence) });
  expect(JSON.stringify(sighted)).not.toContain('pass:word');
});

test('takes no login to a token server that is not on https', async () => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, bearer(wire, 'http://tokens.example.com/token'));

  const sighted = await ociUpstreams().look(wire.image, credentials);

  expect(sighted).toEqual({
    kind: 'unreachable',
    message: expect.stringMatching(/http:\/\/tokens\.example\.com, which is not https/),
  });
});
