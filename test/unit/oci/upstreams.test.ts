/** What an upstream says of a tag and of a manifest, and what it means when it says nothing useful. */
import { createHash } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from 'vitest';
import { digest as digestSchema, parseTagReference, type DigestReference } from '../../../shared/domain/reference.ts';
import { addresses } from '../../../shared/oci/address.ts';
import { UpstreamTrouble } from '../../../shared/oci/upstream-trouble.ts';
import { ociUpstreams } from '../../../shared/oci/upstreams.ts';
import type { Wire } from '../../contract/azure/wire.ts';
import { bearer, closeWires, credentials, DIGEST, guarded, MANIFEST, seen, start, there } from './upstream-wire.ts';

afterEach(closeWires);

test('asks once when the registry is open', async () => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, there);

  const sighted = await ociUpstreams().look(wire.image);

  expect(sighted).toEqual({ kind: 'at', digest: DIGEST });
  expect(seen(wire)).toEqual([`HEAD ${MANIFEST}`]);
  expect(wire.requests[0]?.headers.accept).toContain('application/vnd.oci.image.index.v1+json');
});

test('only a 404 is gone', async () => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, { status: 404 });

  expect(await ociUpstreams().look(wire.image)).toEqual({ kind: 'gone' });
});

test.each([
  ['it denies us before a login', { status: 403 }, undefined, /private or does not exist/],
  ['it denies us after a login', { status: 403 }, credentials, /the login under "upstreams" in the policy/],
  ['it throttles us', { status: 429, headers: { 'Retry-After': '77' } }, undefined, /too many requests.*wait 77 s/],
  ['it is down', { status: 503 }, undefined, /answered 503/],
])('is unreachable, with a sentence, when %s', async (_, answer, login, sentence) => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, answer);

  const sighted = await ociUpstreams().look(wire.image, login);

  expect(sighted).toEqual({ kind: 'unreachable', message: expect.stringMatching(sentence) });
});

test.each([
  ['leaves the digest out', { status: 200 }],
  ['names a digest of another algorithm', { status: 200, headers: { 'Docker-Content-Digest': 'sha512:00' } }],
  ['knows no HEAD', { status: 405 }],
])('reads the manifest and hashes it when the registry %s', async (_, head) => {
  const wire = await start();
  const body = '{"schemaVersion":2}';
  wire.on('HEAD', MANIFEST, head);
  wire.on('GET', MANIFEST, { status: 200, headers: { 'Content-Type': 'application/json' }, body });

  const sighted = await ociUpstreams().look(wire.image);

  expect(sighted).toEqual({ kind: 'at', digest: `sha256:${createHash('sha256').update(body).digest('hex')}` });
});

test('follows a redirect to another host without the token', async () => {
  const [wire, mirror] = [await start(), await start()];
  const moved = { status: 307, headers: { Location: `${mirror.url}${MANIFEST}` } };
  wire.on('HEAD', MANIFEST, guarded(bearer(wire), 'Bearer t', moved));
  wire.on('GET', '/token', { status: 200, body: { token: 't' } });
  mirror.on('HEAD', MANIFEST, there);

  const sighted = await ociUpstreams().look(wire.image);

  expect(sighted).toEqual({ kind: 'at', digest: DIGEST });
  expect(mirror.requests.map(({ headers }) => headers.authorization)).toEqual([undefined]);
});

test.each([
  ['in a circle', (wire: Wire) => `${wire.url}${MANIFEST}`, /redirects more than 3 times/],
  ['to plain http elsewhere', () => 'http://mirror.example.com/', /redirects to http:\/\/mirror\.example\.com/],
])('is unreachable when it redirects %s', async (_, location, sentence) => {
  const wire = await start();
  wire.on('HEAD', MANIFEST, { status: 302, headers: { Location: location(wire) } });

  const sighted = await ociUpstreams().look(wire.image);

  expect(sighted).toEqual({ kind: 'unreachable', message: expect.stringMatching(sentence) });
});

test('is unreachable when nothing listens', async () => {
  const wire = await start();
  await wire.close();

  const sighted = await ociUpstreams().look(wire.image);

  expect(sighted).toEqual({
    kind: 'unreachable',
    message: expect.stringMatching(/could not be reached: .*ECONNREFUSED/),
  });
});

test('answers a manifest with its exact bytes, and nothing for a 404', async () => {
  const wire = await start();
  const bytes = new TextEncoder().encode('{ "schemaVersion": 2 }\n');
  const digest = digestSchema.parse(`sha256:${createHash('sha256').update(bytes).digest('hex')}`);
  const headers = { 'Content-Type': 'application/vnd.oci.image.manifest.v1+json; charset=utf-8' };
  wire.on('GET', `/v2/library/node/manifests/${digest}`, { status: 200, headers, body: bytes });
  wire.on('GET', `/v2/library/node/manifests/${DIGEST}`, { status: 404 });

  const { host, repository } = wire.image;
  const manifest = await ociUpstreams().manifest({ host, repository, digest });

  expect(manifest).toMatchObject({ digest, mediaType: 'application/vnd.oci.image.manifest.v1+json' });
  expect(Buffer.from(manifest?.bytes ?? [])).toEqual(Buffer.from(bytes));
  expect(await ociUpstreams().manifest({ host, repository, digest: DIGEST })).toBeUndefined();
});

test.each([
  ['is another one', '{"schemaVersion":2}', /answered sha256:.* when asked for .*0a0a/],
  ['is larger than any manifest', 'x'.repeat(4 * 1024 * 1024 + 1), /more than 4194304 bytes/],
])('throws when the manifest that comes %s', async (_, body, problem) => {
  const wire = await start();
  wire.on('GET', `/v2/library/node/manifests/${DIGEST}`, {
    status: 200,
    headers: { 'Content-Type': 'text/plain' },
    body,
  });
  const { host, repository } = wire.image;
  const image: DigestReference = { host, repository, digest: DIGEST };

  const reading = ociUpstreams().manifest(image);

  await expect(reading).rejects.toThrow(UpstreamTrouble);
  await expect(reading).rejects.toThrow(problem);
});

test('sends a registry no more than 16 requests at once, for however many gates', async () => {
  const [gates, most] = [40, 16];
  let [answered, seenAtOnce] = [0, 0];
  const open: (() => void)[] = [];
  const server = createServer((_, response) => {
    open.push(() => response.writeHead(200, { 'Docker-Content-Digest': DIGEST, 'Content-Length': 1 }).end());
    seenAtOnce = Math.max(seenAtOnce, open.length);
    // Nobody is answered before there are as many as there may be.
    if (open.length < Math.min(most, gates - answered)) return;
    answered += open.length;
    for (const answer of open.splice(0)) answer();
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const image = parseTagReference(`localhost:${(server.address() as AddressInfo).port}/library/node:22`);
  const upstreams = ociUpstreams();

  const looks = await Promise.all(Array.from({ length: gates }, () => upstreams.look(image)));
  server.close();
  server.closeAllConnections();

  expect(looks.every(({ kind }) => kind === 'at')).toBe(true);
  expect(seenAtOnce).toBe(most);
});

test('finds Docker Hub at the host where its API is', async () => {
  const hosts = ['docker.io/library/node:22', 'quay.io/coreos/etcd:v3'].map((text) => parseTagReference(text).host);

  const reached = await Promise.all(hosts.map((host) => addresses().reach(host, async (base) => base.href)));

  expect(reached).toEqual(['https://registry-1.docker.io/', 'https://quay.io/']);
});

test('remembers that a registry on this machine speaks no TLS', async () => {
  const wire = await start();
  const { reach } = addresses();
  const tried: string[] = [];
  const ask = async (base: URL) => {
    tried.push(base.protocol);
    if (base.protocol === 'https:') {
      const cause = Object.assign(new Error('wrong version number'), { code: 'ERR_SSL_WRONG_VERSION_NUMBER' });
      throw new UpstreamTrouble(base.host, 'could not be reached', { cause: new TypeError('fetch failed', { cause }) });
    }
  };

  await reach(wire.image.host, ask);
  await reach(wire.image.host, ask);

  expect(tried).toEqual(['https:', 'http:', 'http:']);
});
