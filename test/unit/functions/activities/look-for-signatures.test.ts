import { describe, expect, test } from 'vitest';
import { lookForSignatures } from '../../../../functions/activities/gate/checks/look-for-signatures.ts';
import type { SignatureCheck } from '../../../../shared/domain/check.ts';
import { parseReference, type Digest, type Tag } from '../../../../shared/domain/reference.ts';
import { referrersTag, signatureTag } from '../../../../shared/domain/signatures/carrier.ts';
import { signatureExaminer } from '../../../../shared/signatures/examine.ts';
import { digestOf, image, imageIndex, INDEX, MANIFEST, manifestOf } from '../../../fakes/images.ts';
import { fakePorts } from '../../../fakes/ports.ts';
import {
  bundleManifest,
  keyBundle,
  keyPair,
  signatureManifest,
  simplePayload,
  simpleSigned,
  statement,
  type SignedLayer,
} from '../../../fakes/signing.ts';

const key = keyPair();
const stranger = keyPair();
const place = parseReference('quarantine.azurecr.io/node/node');
const child = image(['base', 'node']);
const index = imageIndex([child]);
const check: SignatureCheck = {
  kind: 'signature',
  name: 'signed',
  mode: 'required',
  late: 'refused',
  keys: [{ path: 'keys/cosign.pub', pem: key.pem }],
  identities: [],
  hash: 'h',
};

function world() {
  const { registries } = fakePorts();
  registries.put({ ...place }, child.manifest);
  registries.put({ ...place }, index);
  const targets = [
    { digest: index.digest, manifest: index.bytes, what: 'the index' },
    { digest: child.manifest.digest, manifest: child.manifest.bytes, what: 'the image' },
  ];
  return {
    registries,
    putTag(tag: Tag, layers: SignedLayer[]) {
      for (const { blob } of layers) registries.putBytes(blob);
      registries.put({ ...place, tag }, signatureManifest(layers));
    },
    putReferrer(layers: SignedLayer[], subject: Digest) {
      for (const { blob } of layers) registries.putBytes(blob);
      registries.put(place, signatureManifest(layers, { subject }));
    },
    putBundle(bundle: unknown, subject: Digest) {
      const blob = Buffer.from(JSON.stringify(bundle));
      registries.putBytes(blob);
      const manifest = bundleManifest(blob, subject);
      registries.put(place, manifest);
      return manifest.digest;
    },
    look: () => lookForSignatures(registries, place, { targets, examiner: signatureExaminer(check) }),
  };
}
type World = ReturnType<typeof world>;
const good = (digest: Digest) => simpleSigned(key, simplePayload(digest));
const bad = (digest: Digest) => simpleSigned(stranger, simplePayload(digest));

describe('finds a signature', () => {
  test('under the tag of cosign 1 and 2', async () => {
    const { putTag, look } = world();
    const tag = signatureTag(index.digest);
    putTag(tag, [good(index.digest)]);

    const accepted = { kind: 'accepted', by: 'key keys/cosign.pub' };
    expect(await look()).toEqual({ found: [{ signed: 'the index', at: `tag ${tag}`, examined: accepted }] });
  });

  test('of the image of a platform, when the index has none', async () => {
    const { putTag, look } = world();
    putTag(signatureTag(child.manifest.digest), [good(child.manifest.digest)]);

    expect(await look()).toMatchObject({ found: [{ signed: 'the image', examined: { kind: 'accepted' } }] });
  });

  test('as a referrer, a bundle or the older kind', async () => {
    const one = world();
    const digest = one.putBundle(keyBundle(key, statement(index.digest)), index.digest);
    const other = world();
    other.putReferrer([good(index.digest)], index.digest);

    expect(await one.look()).toMatchObject({ found: [{ at: `referrer ${digest}`, examined: { kind: 'accepted' } }] });
    expect(await other.look()).toMatchObject({ found: [{ examined: { kind: 'accepted' } }] });
  });

  test('as a referrer that only the fallback tag lists', async () => {
    const { registries, putBundle, look } = world();
    const digest = putBundle(keyBundle(key, statement(index.digest)), index.digest);
    registries.referrers = async () => [];
    const list = manifestOf(INDEX, { schemaVersion: 2, manifests: [{ mediaType: MANIFEST, digest, size: 1 }] });
    registries.put({ ...place, tag: referrersTag(index.digest) }, list);

    expect(await look()).toMatchObject({ found: [{ at: `referrer ${digest}`, examined: { kind: 'accepted' } }] });
  });

  test('that is good beside one that is not', async () => {
    const { putTag, putBundle, look } = world();
    putTag(signatureTag(index.digest), [bad(index.digest)]);
    putBundle(keyBundle(key, statement(index.digest)), index.digest);

    const { found } = await look();

    expect(found.map(({ examined }) => examined.kind)).toEqual(['refused', 'accepted']);
  });
});

test('takes nothing for a signature that is attached to something else', async () => {
  const { registries, putBundle, look } = world();
  const other = digestOf('other');
  const digest = putBundle(keyBundle(key, statement(index.digest)), other);
  const list = manifestOf(INDEX, { schemaVersion: 2, manifests: [{ mediaType: MANIFEST, digest, size: 1 }] });
  registries.put({ ...place, tag: referrersTag(index.digest) }, list);

  expect(await look()).toEqual({ found: [] });
});

test('leaves an SBOM and other attachments alone', async () => {
  const { registries, look, putBundle } = world();
  putBundle(keyBundle(stranger, statement(index.digest, 'https://spdx.dev/Document')), index.digest);
  const sbom = { mediaType: 'application/spdx+json', digest: digestOf('sbom'), size: 4 };
  registries.put(
    place,
    manifestOf(MANIFEST, {
      artifactType: 'application/spdx+json',
      config: sbom,
      layers: [sbom],
      subject: { digest: index.digest },
    }),
  );

  expect(await look()).toEqual({ found: [] });
});

test('knows a signature of the Notary Project, and does not verify it', async () => {
  const { registries, look } = world();
  const jws = { mediaType: 'application/jose+json', digest: digestOf('jws'), size: 3 };
  registries.put(
    place,
    manifestOf(MANIFEST, {
      artifactType: 'application/vnd.cncf.notary.signature',
      config: jws,
      layers: [jws],
      subject: { digest: index.digest },
    }),
  );

  expect(await look()).toMatchObject({ found: [{ examined: { kind: 'unsupported' } }] });
});

describe('is unreadable', () => {
  test.each<[string, (world: World) => void]>([
    [
      'when its manifest is no manifest',
      ({ registries }) => registries.put({ ...place, tag: signatureTag(index.digest) }, manifestOf(MANIFEST, [])),
    ],
    [
      'when its blob is missing',
      ({ registries }) =>
        registries.put({ ...place, tag: signatureTag(index.digest) }, signatureManifest([good(index.digest)])),
    ],
    [
      'when its blob is gigantic',
      ({ putTag }) => putTag(signatureTag(index.digest), [simpleSigned(key, Buffer.alloc(2_000_000))]),
    ],
    ['when its bundle has two layers', ({ registries }) => registries.put(place, twoLayers())],
  ])('%s', async (_, prepare) => {
    const one = world();
    prepare(one);

    expect(await one.look()).toMatchObject({ found: [{ examined: { kind: 'unreadable' } }] });
  });
  const twoLayers = () => {
    const layer = { mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json', digest: digestOf('x'), size: 1 };
    return manifestOf(MANIFEST, { config: layer, layers: [layer, layer], subject: { digest: index.digest } });
  };
});

describe('is bounded', () => {
  test('of a thousand signatures under a tag the newest hundred are read, and the rest is nobody knows what', async () => {
    const { registries, putTag, look } = world();
    const layer = bad(index.digest);
    putTag(signatureTag(index.digest), [good(index.digest), ...Array.from({ length: 1000 }, () => layer)]);

    const { found, unfinished } = await look();

    expect(found).toHaveLength(100);
    expect(unfinished).toBe('it has more than 100 signatures');
    expect(registries.calls.filter(({ method }) => method === 'blob').length).toBeLessThanOrEqual(101);
  });

  test('a good one that is the newest of a thousand is found', async () => {
    const { putTag, look } = world();
    const layer = bad(index.digest);
    putTag(signatureTag(index.digest), [...Array.from({ length: 1000 }, () => layer), good(index.digest)]);

    expect(await look()).toMatchObject({ found: [{ examined: { kind: 'accepted' } }] });
  });

  test('of a thousand attachments a hundred are read', async () => {
    const { registries, look } = world();
    for (let at = 0; at < 1000; at += 1) {
      const blob = { mediaType: 'application/spdx+json', digest: digestOf(`sbom ${at}`), size: 4 };
      registries.put(place, manifestOf(MANIFEST, { config: blob, layers: [blob], subject: { digest: index.digest } }));
    }

    expect(await look()).toEqual({ found: [], unfinished: 'more than 100 things are attached to it' });
  });

  test('likely ones come first', async () => {
    const { registries, putBundle, look } = world();
    for (let at = 0; at < 1000; at += 1) {
      const blob = { mediaType: 'application/spdx+json', digest: digestOf(`sbom ${at}`), size: 4 };
      registries.put(place, manifestOf(MANIFEST, { config: blob, layers: [blob], subject: { digest: index.digest } }));
    }
    putBundle(keyBundle(key, statement(index.digest)), index.digest);

    expect(await look()).toMatchObject({ found: [{ examined: { kind: 'accepted' } }] });
  });
});
