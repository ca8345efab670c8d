/** What is attached to an image of a registry that is not ours, and how it is found where there is no list of it. */
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { digest as digestSchema, parseReference, type DigestReference } from '../../../shared/domain/reference.ts';
import { MOST_LISTED } from '../../../shared/domain/referrers.ts';
import { ociUpstreams } from '../../../shared/oci/upstreams.ts';
import { startWire, type Answer, type Wire } from '../../contract/azure/wire.ts';

const digestOf = (digits: string) => digestSchema.parse(`sha256:${digits.repeat(32)}`);
const SUBJECT = digestOf('0a');
const [SIGNATURE, SBOM] = [digestOf('01'), digestOf('02')];
const LIST = `/v2/library/node/referrers/${SUBJECT}`;
const FALLBACK = `/v2/library/node/manifests/sha256-${SUBJECT.slice(7)}`;
const INDEX = 'application/vnd.oci.image.index.v1+json';

let wire: Wire;
let image: DigestReference;
beforeEach(async () => {
  wire = await startWire();
  const { host, repository } = parseReference(`${wire.host}/library/node`);
  image = { host, repository, digest: SUBJECT };
});
afterEach(() => wire.close());

const descriptor = (digest: string, more: object = {}) => ({ mediaType: 'text/plain', digest, size: 1, ...more });
const index = (manifests: unknown[], headers: Record<string, string> = {}): Answer => ({
  status: 200,
  headers: { 'Content-Type': INDEX, ...headers },
  body: { schemaVersion: 2, mediaType: INDEX, manifests },
});
const ask = () => ociUpstreams().referrers(image);

test('is what the registry lists, with the type that it says it has', async () => {
  wire.on('GET', LIST, index([descriptor(SIGNATURE, { artifactType: 'application/x-signature' }), descriptor(SBOM)]));

  expect(await ask()).toEqual({
    referrers: [{ digest: SIGNATURE, artifactType: 'application/x-signature' }, { digest: SBOM }],
    more: false,
  });
});

test('is read over pages', async () => {
  wire.on('GET', LIST, ({ path }) =>
    path.includes('last=1')
      ? index([descriptor(SBOM)])
      : index([descriptor(SIGNATURE)], { Link: `<${LIST}?n=1&last=1>; rel="next"` }),
  );

  expect((await ask()).referrers.map(({ digest }) => digest)).toEqual([SIGNATURE, SBOM]);
});

test('is read no further than anybody needs, and that there is more is said', async () => {
  const many = Array.from({ length: MOST_LISTED + 1 }, (_, at) =>
    descriptor(digestOf(at.toString(16).padStart(2, '0').slice(-2))),
  );
  wire.on('GET', LIST, index(many));

  const { referrers, more } = await ask();

  expect(referrers).toHaveLength(MOST_LISTED);
  expect(more).toBe(true);
});

test('is not read for ever from a list that never ends', async () => {
  wire.on('GET', LIST, index([descriptor(SIGNATURE)], { Link: `<${LIST}?again=1>; rel="next"` }));

  expect((await ask()).more).toBe(true);
  expect(wire.requests.length).toBeLessThan(10);
});

test('is asked for on the same registry, wherever its list says it goes on', async () => {
  wire.on('GET', LIST, ({ path }) =>
    path.includes('last') ? index([]) : index([], { Link: '<https://evil.example.com/v2/x?last=1>; rel="next"' }),
  );

  await ask();

  expect(wire.requests.map(({ path }) => path)).toEqual([LIST, `${LIST}?last=1`]);
});

test('leaves out what is no descriptor', async () => {
  wire.on('GET', LIST, index([descriptor('sha256:short'), null, 'text', descriptor(SBOM)]));

  expect((await ask()).referrers).toEqual([{ digest: SBOM }]);
});

describe('without such a list', () => {
  it.each([400, 404, 405, 406, 501])('(answered %i) is what the fallback tag lists', async (status) => {
    wire.on('GET', LIST, { status });
    wire.on('GET', FALLBACK, index([descriptor(SIGNATURE)]));

    expect((await ask()).referrers).toEqual([{ digest: SIGNATURE }]);
  });

  it('(answered with a page for people) is what the fallback tag lists', async () => {
    wire.on('GET', LIST, { status: 200, headers: { 'Content-Type': 'text/html' }, body: '<html>' });
    wire.on('GET', FALLBACK, index([descriptor(SIGNATURE)]));

    expect((await ask()).referrers).toEqual([{ digest: SIGNATURE }]);
  });

  it('is nothing when there is no such tag, or when it names something else than a list', async () => {
    wire.on('GET', LIST, { status: 404 });
    wire.on('GET', FALLBACK, { status: 404 });
    expect(await ask()).toEqual({ referrers: [], more: false });

    wire.on('GET', FALLBACK, { status: 200, headers: { 'Content-Type': INDEX }, body: '{}' });
    expect(await ask()).toEqual({ referrers: [], more: false });
  });
});

test.each([401, 403, 429, 500, 503])(
  'is not "nothing" when the registry answers %i: that says nothing about it',
  async (status) => {
    wire.on('GET', LIST, { status });

    await expect(ask()).rejects.toMatchObject({ code: 'UpstreamTrouble', status });
  },
);
