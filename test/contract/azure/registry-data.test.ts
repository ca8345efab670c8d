/** What is read in a registry: tags, manifests, blobs, and what is attached to an image. */
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { registryData } from '../../../shared/azure/registry-data.ts';
import { digest as digestSchema, parseReference, tag } from '../../../shared/domain/reference.ts';
import type { Registries } from '../../../shared/ports/registries.ts';
import { attributes, bytes, DIGEST, manifest, refusal, registryWire, TYPE } from './registry-wire.ts';
import { startWired, type Wired } from './wired-clients.ts';
import type { Step } from './wire.ts';

let wired: Wired;
let registry: Omit<Registries, 'import'>;
beforeAll(async () => {
  wired = await startWired();
  registry = registryData(wired.clients);
});
afterAll(() => wired.wire.close());
beforeEach(() => void wired.wire.requests.splice(0));

const { on, repository, tagged, byDigest, last } = registryWire(() => wired);

test('tells what a tag points at, and that there is none', async () => {
  on('GET', '/acr/v1/node/_tags/22', {
    status: 200,
    body: { imageName: 'node', tag: { name: '22', digest: DIGEST, ...attributes } },
  });
  on('GET', '/acr/v1/node/_tags/gone', { status: 404, body: refusal('TAG_UNKNOWN') });

  expect(await registry.digestOf(tagged())).toBe(DIGEST);
  expect(await registry.digestOf({ ...repository(), tag: tag.parse('gone') })).toBeUndefined();
});

test('lists tags over pages, with the time of their last move', async () => {
  const page = (name: string) => ({ imageName: 'node', tags: [{ name, digest: DIGEST, ...attributes }] });
  on('GET', '/acr/v1/node/_tags', ({ path }) =>
    path.includes('last=a')
      ? { status: 200, body: page('b') }
      : { status: 200, body: page('a'), headers: { Link: '</acr/v1/node/_tags?last=a&n=1>; rel="next"' } },
  );

  const tags = await registry.tags(repository());

  const updatedAt = Date.UTC(2026, 0, 2, 3, 4, 5);
  expect(tags).toEqual([
    { tag: 'a', digest: DIGEST, updatedAt },
    { tag: 'b', digest: DIGEST, updatedAt },
  ]);
});

test('asks for no page of tags beyond the moment that it is asked about', async () => {
  const at = (hour: string) => ({ ...attributes, lastUpdateTime: `2026-01-02T${hour}:00:00Z` });
  const tags = [
    { name: 'newest', digest: DIGEST, ...at('05') },
    { name: 'then', digest: DIGEST, ...at('04') },
    { name: 'before', digest: DIGEST, ...at('03') },
  ];
  const asked: string[] = [];
  on('GET', '/acr/v1/node/_tags', ({ path }) => {
    asked.push(path);
    return {
      ...{ status: 200, body: { imageName: 'node', tags } },
      headers: { Link: '</acr/v1/node/_tags?last=before&n=3&orderby=timedesc>; rel="next"' },
    };
  });

  const found = await registry.tags(repository(), { since: Date.UTC(2026, 0, 2, 4) });

  expect(found.map(({ tag }) => tag)).toEqual(['newest', 'then']);
  expect(asked).toEqual([expect.stringContaining('orderby=timedesc')]);
});

test('a repository that is not there has no tags', async () => {
  on('GET', '/acr/v1/node/_tags', { status: 404, body: refusal('NAME_UNKNOWN') });

  expect(await registry.tags(repository())).toEqual([]);
});

test('reads a manifest as it is, byte by byte', async () => {
  on('GET', `/v2/node/manifests/${DIGEST}`, {
    status: 200,
    headers: { 'Content-Type': TYPE, 'Docker-Content-Digest': DIGEST },
    body: bytes,
  });

  expect(await registry.manifest(byDigest())).toEqual(manifest);
});

test('takes no manifest for another', async () => {
  on('GET', `/v2/node/manifests/${DIGEST}`, {
    status: 200,
    headers: { 'Content-Type': TYPE, 'Docker-Content-Digest': DIGEST },
    body: '{}',
  });

  await expect(registry.manifest(byDigest())).rejects.toThrow(/does not match/);
});

test('reads a configuration blob, and answers nothing for a manifest that is not there', async () => {
  on('GET', `/v2/node/blobs/${DIGEST}`, {
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream' },
    body: bytes,
  });
  on('GET', `/v2/node/manifests/${DIGEST}`, { status: 404, body: refusal('MANIFEST_UNKNOWN') });

  expect(await registry.json(byDigest())).toEqual({ schemaVersion: 2 });
  expect(await registry.manifest(byDigest())).toBeUndefined();
});

test('reads a blob no further than its limit, and answers that it is not there', async () => {
  const gone = digestSchema.parse(`sha256:${'00'.repeat(32)}`);
  on('GET', `/v2/node/blobs/${DIGEST}`, {
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream' },
    body: bytes,
  });
  on('GET', `/v2/node/blobs/${gone}`, { status: 404, body: refusal('BLOB_UNKNOWN') });

  expect(await registry.blob(byDigest(), { mostBytes: bytes.length })).toEqual(Buffer.from(bytes));
  expect(await registry.blob(byDigest(), { mostBytes: bytes.length - 1 })).toBe('too-large');
  expect(await registry.blob({ ...repository(), digest: gone }, { mostBytes: 10 })).toBe('missing');
});

test('takes no blob for another', async () => {
  on('GET', `/v2/node/blobs/${DIGEST}`, {
    status: 200,
    headers: { 'Content-Type': 'application/octet-stream' },
    body: '{}',
  });

  await expect(registry.blob(byDigest(), { mostBytes: 100 })).rejects.toMatchObject({ code: 'ServiceTrouble' });
});

const REFERRERS = `/v2/node/referrers/${DIGEST}`;
const listed = (...manifests: { digest: string; artifactType?: string }[]) => ({
  schemaVersion: 2,
  manifests: manifests.map((one) => ({ mediaType: TYPE, size: 1, ...one })),
});
const numbered = (at: number) => digestSchema.parse(`sha256:${String(at).padStart(64, '0')}`);

test('lists what is attached to an image over pages, with the token of the repository', async () => {
  on('GET', REFERRERS, ({ path }) =>
    path.includes('last=1')
      ? { status: 200, body: listed({ digest: numbered(2) }) }
      : {
          status: 200,
          body: listed({ digest: numbered(1), artifactType: 'a/b' }),
          headers: { Link: `<${REFERRERS}?last=1>; rel="next"` },
        },
  );

  expect(await registry.referrers(byDigest())).toEqual([
    { digest: numbered(1), artifactType: 'a/b' },
    { digest: numbered(2) },
  ]);
  expect(last()?.headers.accept).toBe('application/vnd.oci.image.index.v1+json');
});

test('lists what is attached of one type, also where the registry leaves that to whoever asks', async () => {
  on('GET', REFERRERS, {
    status: 200,
    body: listed({ digest: numbered(1), artifactType: 'a/b' }, { digest: numbered(2) }),
  });

  expect(await registry.referrers(byDigest(), 'a/b')).toEqual([{ digest: numbered(1), artifactType: 'a/b' }]);
  expect(last()?.path).toBe(`${REFERRERS}?artifactType=a%2Fb`);
});

test('nothing is attached to what is in no repository', async () => {
  on('GET', REFERRERS, { status: 404, body: refusal('NAME_UNKNOWN') });

  expect(await registry.referrers(byDigest())).toEqual([]);
});

test('never takes its token to where a list of referrers goes on at another registry', async () => {
  on('GET', REFERRERS, {
    status: 200,
    body: listed({ digest: numbered(1) }),
    headers: { Link: '<https://evil.example.com/v2/next>; rel="next"' },
  });

  await expect(registry.referrers(byDigest())).rejects.toThrow(/goes on somewhere else/);
});

test.each<[string, Exclude<Step, string>]>([
  ['is no list', { status: 200, body: { manifests: 7 } }],
  ['is a page for people', { status: 200, body: '<html>' }],
  ['has no end', { status: 200, body: listed(), headers: { Link: `<${REFERRERS}?last=0>; rel="next"` } }],
  [
    'is longer than anybody would read',
    { status: 200, body: listed(...Array.from({ length: 1001 }, (_, at) => ({ digest: numbered(at) }))) },
  ],
  ['is refused for today', { status: 503, body: 'no' }],
])('a list of referrers that %s is trouble', async (_, step) => {
  on('GET', REFERRERS, step);

  await expect(registry.referrers(byDigest())).rejects.toMatchObject({ code: 'ServiceTrouble' });
});

test('lists manifests over pages, those without a tag too, and none of a repository that is not there', async () => {
  const second = `sha256:${'1'.repeat(64)}`;
  const page = (digest: string) => ({ imageName: 'node', manifests: [{ digest, ...attributes }] });
  on('GET', '/acr/v1/node/_manifests', ({ path }) =>
    path.includes('last=a')
      ? { status: 200, body: page(second) }
      : { status: 200, body: page(DIGEST), headers: { Link: '</acr/v1/node/_manifests?last=a&n=1>; rel="next"' } },
  );
  on('GET', '/acr/v1/gone/_manifests', { status: 404, body: refusal('NAME_UNKNOWN') });

  const createdAt = Date.UTC(2026, 0, 1);
  expect(await registry.manifests(repository())).toEqual([
    { digest: DIGEST, createdAt },
    { digest: second, createdAt },
  ]);
  expect(await registry.manifests(parseReference(`${wired.host}/gone`))).toEqual([]);
});
