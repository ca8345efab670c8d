/** Upstreams over real TLS, and with our real patience. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parseTagReference } from '../../../shared/domain/reference.ts';
import { ociUpstreams } from '../../../shared/oci/upstreams.ts';
import { localTls, untrustedTls } from './local-tls.ts';
import { startWire, type Wire } from './wire.ts';

const MANIFEST = '/v2/library/node/manifests/22';
const DIGEST = `sha256:${'0b'.repeat(32)}`;

let trusted: Wire;
let untrusted: Wire;
beforeAll(async () => {
  trusted = await startWire({ tls: await localTls() });
  untrusted = await startWire({ tls: await untrustedTls() });
});
afterAll(() => Promise.all([trusted.close(), untrusted.close()]));

test('talks https to a registry on this machine that speaks it', async () => {
  trusted.on('HEAD', MANIFEST, { status: 200, headers: { 'Docker-Content-Digest': DIGEST } });

  const sighted = await ociUpstreams().look(parseTagReference(`${trusted.host}/library/node:22`));

  expect(sighted).toEqual({ kind: 'at', digest: DIGEST });
});

test('never falls back to plain http because of a certificate', async () => {
  untrusted.on('HEAD', MANIFEST, { status: 200, headers: { 'Docker-Content-Digest': DIGEST } });

  const sighted = await ociUpstreams().look(parseTagReference(`${untrusted.host}/library/node:22`));

  expect(sighted).toEqual({ kind: 'unreachable', message: expect.stringMatching(/certificate/) });
  expect(untrusted.requests).toEqual([]);
});

test('gives up on a registry that never answers, and lets nobody else wait for it right after', async () => {
  trusted.on('HEAD', '/v2/library/node/manifests/slow', 'never');
  const upstreams = ociUpstreams();
  const look = () => upstreams.look(parseTagReference(`${trusted.host}/library/node:slow`));

  const sighted = await look();
  const before = trusted.requests.length;
  const again = await look();

  expect(sighted).toEqual({ kind: 'unreachable', message: expect.stringMatching(/no answer within 10 s/) });
  expect(again).toEqual({ kind: 'unreachable', message: expect.stringMatching(/did not answer in time, and is not/) });
  expect(trusted.requests).toHaveLength(before);
});
