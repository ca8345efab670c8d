import { beforeAll, describe, expect, test } from 'vitest';
import type { Layer } from '../../../shared/domain/checks/artifact.ts';
import type { SignatureCheck } from '../../../shared/domain/check.ts';
import { parseReference } from '../../../shared/domain/reference.ts';
import { signatureExaminer, type Target } from '../../../shared/signatures/examine.ts';
import { digestOf, image } from '../../fakes/images.ts';
import { ISSUER, SUBJECT, type Keyless } from '../../fakes/certificate-authority.ts';
import { keyBundle, keyPair, simplePayload, simpleSigned, statement, type SignedLayer } from '../../fakes/signing.ts';
import { sigstore, type Sigstore } from '../../fakes/sigstore.ts';

const { manifest } = image(['base', 'node']);
const target: Target = { digest: manifest.digest, manifest: manifest.bytes };
const OTHER = digestOf('another image');

const key = keyPair();
const stranger = keyPair();
let ours: Sigstore;
let theirs: Sigstore;
beforeAll(async () => {
  ours = await sigstore();
  theirs = await sigstore();
});

const byKey = (change: Partial<SignatureCheck> = {}): SignatureCheck => ({
  kind: 'signature',
  name: 'signed',
  mode: 'required',
  late: 'refused',
  keys: [{ path: 'keys/cosign.pub', pem: key.pem }],
  identities: [],
  hash: 'h',
  ...change,
});
const byIdentity = (change: Partial<SignatureCheck> = {}): SignatureCheck =>
  byKey({ keys: [], identities: [{ subject: SUBJECT, issuer: ISSUER }], trustRoot: ours.trustRoot, ...change });

const layerOf = ({ blob, annotations }: SignedLayer): Layer => ({
  mediaType: 'application/vnd.dev.cosign.simplesigning.v1+json',
  digest: digestOf(blob),
  bytes: blob.length,
  annotations,
});
const examineLayer = (check: SignatureCheck, signed: SignedLayer, blob = signed.blob) =>
  signatureExaminer(check).simpleSigning(target, layerOf(signed), blob);
const examineBundle = (check: SignatureCheck, bundle: unknown) =>
  signatureExaminer(check).bundle(target, Buffer.from(typeof bundle === 'string' ? bundle : JSON.stringify(bundle)));

describe('a signature with a key', () => {
  test('is accepted when the key of the policy has signed this digest', () => {
    const signed = simpleSigned(key, simplePayload(manifest.digest));

    expect(examineLayer(byKey(), signed)).toEqual({ kind: 'accepted', by: 'key keys/cosign.pub' });
  });

  test('is accepted as a bundle of cosign 3', () => {
    expect(examineBundle(byKey(), keyBundle(key, statement(manifest.digest)))).toMatchObject({ kind: 'accepted' });
  });

  test('is accepted by the second of two keys', () => {
    const check = byKey({
      keys: [
        { path: 'keys/old.pub', pem: stranger.pem },
        { path: 'keys/new.pub', pem: key.pem },
      ],
    });

    expect(examineLayer(check, simpleSigned(key, simplePayload(manifest.digest)))).toEqual({
      kind: 'accepted',
      by: 'key keys/new.pub',
    });
  });

  test('of a stranger is refused', () => {
    const why = 'none of the keys of the policy has made it';

    expect(examineLayer(byKey(), simpleSigned(stranger, simplePayload(manifest.digest)))).toEqual({
      kind: 'refused',
      why,
    });
    expect(examineBundle(byKey(), keyBundle(stranger, statement(manifest.digest)))).toEqual({ kind: 'refused', why });
  });

  test('of another digest is refused, however good it is', () => {
    const why = `key keys/cosign.pub has signed another digest: ${OTHER}`;

    expect(examineLayer(byKey(), simpleSigned(key, simplePayload(OTHER)))).toEqual({ kind: 'refused', why });
    expect(examineBundle(byKey(), keyBundle(key, statement(OTHER)))).toEqual({ kind: 'refused', why });
  });

  test('does not cover a payload that was changed after it', () => {
    const signed = simpleSigned(key, simplePayload(OTHER));
    const bundle = keyBundle(key, statement(OTHER));
    const payload = Buffer.from(statement(manifest.digest)).toString('base64');

    expect(examineLayer(byKey(), signed, simplePayload(manifest.digest))).toMatchObject({ kind: 'refused' });
    expect(examineBundle(byKey(), { ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payload } })).toMatchObject({
      kind: 'refused',
    });
  });

  test('an attestation of the same signer, such as an SBOM, is no signature', () => {
    const sbom = statement(manifest.digest, 'https://spdx.dev/Document');

    expect(examineBundle(byKey(), keyBundle(key, sbom))).toEqual({ kind: 'other' });
  });

  test('names the repository that it was made for, if the policy asks', () => {
    const check = byKey({ reference: parseReference('docker.io/library/node') });

    expect(
      examineLayer(check, simpleSigned(key, simplePayload(manifest.digest, 'index.docker.io/library/node:22'))),
    ).toMatchObject({
      kind: 'accepted',
    });
    expect(examineLayer(check, simpleSigned(key, simplePayload(manifest.digest, 'evil.example.com/node')))).toEqual({
      kind: 'refused',
      why: 'key keys/cosign.pub has signed it as "evil.example.com/node", and docker.io/library/node is expected',
    });
    expect(examineBundle(check, keyBundle(key, statement(manifest.digest)))).toMatchObject({ kind: 'refused' });
  });

  test('a key that is none makes every answer impossible', () => {
    const pem = key.pem.replace(/[A-Za-z0-9+/]{20}(?=={0,2}\n-----END)/, 'A'.repeat(20));

    expect(() => signatureExaminer(byKey({ keys: [{ path: 'keys/broken.pub', pem }] }))).toThrow(
      '"keys/broken.pub" of the policy folder is no usable public key',
    );
  });
});

describe('a signature without a key', () => {
  const signLayer = (keyless?: Keyless, by = ours) => by.simpleSigned(simplePayload(manifest.digest), keyless);
  const signBundle = (keyless?: Keyless, by = ours) => by.bundle(statement(manifest.digest), keyless);

  test('is accepted by subject and issuer', async () => {
    const by = `${SUBJECT} (issuer ${ISSUER})`;

    expect(examineLayer(byIdentity(), await signLayer())).toEqual({ kind: 'accepted', by });
    expect(examineBundle(byIdentity(), await signBundle())).toEqual({ kind: 'accepted', by });
  });

  const workflow = 'https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v1.2';
  const pattern = 'https://github.com/acme/app/.github/workflows/*.yml@refs/tags/v*';
  test('is accepted by the pattern of a workflow and the repository that it ran in', async () => {
    const repository = 'https://github.com/acme/app';
    const check = byIdentity({ identities: [{ subject: pattern, issuer: ISSUER, repository }] });

    expect(examineBundle(check, await signBundle({ subject: workflow, repository }))).toMatchObject({
      kind: 'accepted',
    });
    expect(
      examineBundle(check, await signBundle({ subject: workflow, repository: 'https://github.com/evil/app' })),
    ).toMatchObject({ kind: 'refused' });
    expect(examineBundle(check, await signBundle({ subject: workflow }))).toMatchObject({ kind: 'refused' });
  });

  const wrong: [string, Keyless, RegExp][] = [
    ['another subject', { subject: 'eve@example.com' }, /signed by eve@example.com .*whom the policy does not name/],
    ['a subject that only ends like the right one', { subject: 'xdev@example.com' }, /xdev@example.com/],
    [
      'another issuer, which knows the same e-mail address',
      { issuer: 'https://evil.example.com' },
      /issuer https:\/\/evil.example.com/,
    ],
    ['a log entry after the certificate had expired', { loggedAt: Date.UTC(2026, 2, 1, 13) }, /does not verify/],
    ['a log entry before the certificate was issued', { loggedAt: Date.UTC(2026, 2, 1, 11) }, /does not verify/],
    ['a certificate for servers', { usage: '1.3.6.1.5.5.7.3.1' }, /not one for signing code/],
  ];
  test.each(wrong)('with %s is refused', async (_, keyless, why) => {
    for (const examined of [
      examineLayer(byIdentity(), await signLayer(keyless)),
      examineBundle(byIdentity(), await signBundle(keyless)),
    ]) {
      expect(examined).toEqual({ kind: 'refused', why: expect.stringMatching(why) });
    }
  });

  test('of an authority that the trust root does not name is refused', async () => {
    expect(examineLayer(byIdentity(), await signLayer({}, theirs))).toMatchObject({ kind: 'refused' });
    expect(examineBundle(byIdentity(), await signBundle({}, theirs))).toMatchObject({ kind: 'refused' });
  });

  test('needs a log entry: without one nobody knows when the certificate was used', async () => {
    const layer = await signLayer();
    const { 'dev.sigstore.cosign/bundle': _, ...annotations } = layer.annotations;
    const bundle = await signBundle();
    const unlogged = { ...bundle, verificationMaterial: { ...bundle.verificationMaterial, tlogEntries: [] } };

    expect(examineLayer(byIdentity(), { ...layer, annotations })).toMatchObject({ kind: 'unreadable' });
    expect(examineBundle(byIdentity(), unlogged)).toMatchObject({ kind: 'refused' });
  });

  test('needs the log entry of this very signature', async () => {
    const mine = await signLayer();
    const another = await ours.simpleSigned(simplePayload(OTHER));
    const borrowed = {
      ...mine,
      annotations: {
        ...mine.annotations,
        'dev.sigstore.cosign/bundle': another.annotations['dev.sigstore.cosign/bundle'] ?? '',
      },
    };

    expect(examineLayer(byIdentity(), borrowed)).toMatchObject({ kind: 'refused' });
  });

  test('of another digest is refused', async () => {
    const why = expect.stringContaining('has signed another digest') as string;

    expect(examineLayer(byIdentity(), await ours.simpleSigned(simplePayload(OTHER)))).toEqual({ kind: 'refused', why });
    expect(examineBundle(byIdentity(), await ours.bundle(statement(OTHER)))).toEqual({ kind: 'refused', why });
  });

  test('is refused where the policy names keys only, and a key where it names identities only', async () => {
    expect(examineLayer(byKey(), await signLayer())).toMatchObject({ kind: 'refused' });
    expect(examineBundle(byKey(), await signBundle())).toMatchObject({ kind: 'refused' });
    expect(examineLayer(byIdentity(), simpleSigned(key, simplePayload(manifest.digest)))).toMatchObject({
      kind: 'refused',
    });
    expect(examineBundle(byIdentity(), keyBundle(key, statement(manifest.digest)))).toMatchObject({ kind: 'refused' });
  });

  test('a trust root whose certificates are none makes every answer impossible', () => {
    const broken = ours.trustRoot.replace(/("certificates":\[\{"rawBytes":")[^"]+/, '$1AAAA');

    expect(() => signatureExaminer(byIdentity({ trustRoot: broken }))).toThrow(
      'the trust root of the policy cannot be used',
    );
  });
});

describe('what is garbled is unreadable, and never a crash', () => {
  const good = () => keyBundle(key, statement(manifest.digest));
  const bundles: [string, () => unknown][] = [
    ['nothing', () => ''],
    ['no JSON', () => '{'],
    ['a list', () => []],
    ['nesting without end', () => '['.repeat(200_000)],
    ['two envelopes', () => JSON.stringify(good()).replace('{', `{"dsseEnvelope":{},`)],
    ['a version that is not known', () => ({ ...good(), mediaType: 'application/vnd.dev.sigstore.bundle.v9.9+json' })],
    ['no signature', () => ({ ...good(), dsseEnvelope: { ...good().dsseEnvelope, signatures: [] } })],
    [
      'two signatures',
      () => ({
        ...good(),
        dsseEnvelope: {
          ...good().dsseEnvelope,
          signatures: [...good().dsseEnvelope.signatures, ...good().dsseEnvelope.signatures],
        },
      }),
    ],
    [
      'a payload of another type',
      () => ({ ...good(), dsseEnvelope: { ...good().dsseEnvelope, payloadType: 'text/plain' } }),
    ],
    ['a payload that is no statement', () => keyBundle(key, Buffer.from('{"_type":"x"}'))],
    [
      'an envelope and a message at once',
      () => ({
        ...good(),
        messageSignature: { messageDigest: { algorithm: 'SHA2_256', digest: 'AA==' }, signature: 'AA==' },
      }),
    ],
    ['a number for a key', () => ({ ...good(), verificationMaterial: { certificate: 7 } })],
  ];
  test.each(bundles)('a bundle with %s', (_, bundle) => {
    expect(examineBundle(byIdentity({ keys: byKey().keys }), bundle())).toMatchObject({ kind: 'unreadable' });
  });

  test('a certificate of random bytes', async () => {
    const bundle = await ours.bundle(statement(manifest.digest));
    const material = { ...bundle.verificationMaterial, certificate: { rawBytes: 'AAAAAAAA' } };

    expect(examineBundle(byIdentity(), { ...bundle, verificationMaterial: material })).toMatchObject({
      kind: 'unreadable',
    });
  });

  const layers: [string, (signed: SignedLayer) => SignedLayer][] = [
    ['without its annotation', ({ blob }) => ({ blob, annotations: {} })],
    [
      'with an annotation that is no base64',
      ({ blob }) => ({ blob, annotations: { 'dev.cosignproject.cosign/signature': '%' } }),
    ],
    ['of a payload that is no JSON', () => simpleSigned(key, Buffer.from('hello'))],
    [
      'of a payload of another kind',
      () =>
        simpleSigned(
          key,
          Buffer.from(Buffer.from(simplePayload(manifest.digest)).toString().replace('cosign container', 'some other')),
        ),
    ],
  ];
  test.each(layers)('a layer %s', (_, change) => {
    const signed = change(simpleSigned(key, simplePayload(manifest.digest)));

    expect(examineLayer(byKey(), signed)).toMatchObject({ kind: 'unreadable' });
  });
});
