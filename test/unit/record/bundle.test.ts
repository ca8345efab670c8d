/** A sealed record opens with its own key, as it was, or not at all. */
import { createHash, createPublicKey, verify } from 'node:crypto';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { BUNDLE_TYPE, toSign } from '../../../shared/domain/record/envelope.ts';
import { PREDICATE_TYPE, problemsOf, sameDecision } from '../../../shared/domain/record/statement.ts';
import { open, seal } from '../../../shared/record/bundle.ts';
import { DIGEST, NAME, OTHER, recordOf, sealed, testKey, toJson, type TestKey } from './record-fixture.ts';

interface Bundle {
  mediaType: string;
  verificationMaterial: { publicKey: { hint: string }; tlogEntries: unknown[] };
  dsseEnvelope: { payload: string; payloadType: string; signatures: { sig: string; keyid?: string }[] };
}

let key: TestKey;
let bundle: Bundle;
beforeAll(async () => {
  key = testKey();
  bundle = toJson(await sealed(recordOf(), key)) as Bundle;
});
const opened = (json: unknown, publicKeys = [key.publicKey]) => open(json, { publicKeys });
const statementIn = ({ dsseEnvelope }: Bundle) =>
  JSON.parse(Buffer.from(dsseEnvelope.payload, 'base64').toString()) as Record<string, unknown>;
/** Signed again, by the right key: what only the schema can refuse. */
async function resigned(statement: object): Promise<Bundle> {
  const { sign } = await import('node:crypto');
  const payload = Buffer.from(JSON.stringify(statement));
  const sig = sign('sha256', toSign(payload), key.secret).toString('base64');
  const dsseEnvelope = { ...bundle.dsseEnvelope, payload: payload.toString('base64'), signatures: [{ sig }] };
  return { ...bundle, dsseEnvelope };
}

test('opens with its key, and says what was sealed', () => {
  expect(opened(bundle)).toEqual({ kind: 'record', record: recordOf() });
});

test('opens with any one of several keys, so that a key can be rotated', () => {
  expect(opened(bundle, [testKey().publicKey, key.publicKey])).toMatchObject({ kind: 'record' });
});

test('opens as base64 for URLs too', () => {
  const { payload, signatures } = bundle.dsseEnvelope;
  const forUrls = (text: string) => Buffer.from(text, 'base64').toString('base64url');
  const dsseEnvelope = {
    ...bundle.dsseEnvelope,
    payload: forUrls(payload),
    signatures: signatures.map(({ sig }) => ({ sig: forUrls(sig) })),
  };

  expect(opened({ ...bundle, dsseEnvelope })).toMatchObject({ kind: 'record' });
});

describe('is a bundle that other tools can verify: it', () => {
  it('is of version 0.3, names its key by the hash of it, and leaves the key id out', () => {
    const der = createPublicKey(key.publicKey).export({ type: 'spki', format: 'der' });

    expect(bundle.mediaType).toBe(BUNDLE_TYPE);
    expect(bundle.verificationMaterial.publicKey.hint).toBe(createHash('sha256').update(der).digest('base64'));
    expect(bundle.dsseEnvelope.signatures).toEqual([{ sig: expect.any(String) }]);
  });

  it('has an in-toto statement with no field of its own, about the digest', () => {
    const statement = statementIn(bundle);

    expect(Object.keys(statement).toSorted()).toEqual(['_type', 'predicate', 'predicateType', 'subject']);
    expect(statement).toMatchObject({
      _type: 'https://in-toto.io/Statement/v1',
      predicateType: PREDICATE_TYPE,
      subject: [{ name: NAME, digest: { sha256: DIGEST.slice(7) } }],
    });
  });

  it('is signed over the pre-authentication encoding, in DER', () => {
    const payload = Buffer.from(bundle.dsseEnvelope.payload, 'base64');
    const type = 'application/vnd.in-toto+json';
    const encoded = Buffer.concat([Buffer.from(`DSSEv1 ${type.length} ${type} ${payload.length} `), payload]);
    const signature = Buffer.from(bundle.dsseEnvelope.signatures[0]?.sig ?? '', 'base64');

    expect(verify('sha256', encoded, key.publicKey, signature)).toBe(true);
  });
});

describe('does not open', () => {
  const refusals: [string, () => unknown, RegExp][] = [
    [
      'with a byte of its statement changed',
      () => tampered((text) => text.replace('"node"', '"nods"')),
      /signature is not by this key/,
    ],
    [
      'with a verdict changed',
      () => tampered((text) => text.replace('"pass"', '"fail"')),
      /signature is not by this key/,
    ],
    ['with its signature cut', () => withSignature((sig) => sig.slice(0, -8)), /signature is not by this key/],
    ['with no signature', () => withSignature(() => ''), /signature is not by this key/],
    [
      'with another payload type',
      () => ({ ...bundle, dsseEnvelope: { ...bundle.dsseEnvelope, payloadType: 'text/plain' } }),
      /payloadType/,
    ],
    [
      'with a second signature',
      () => ({
        ...bundle,
        dsseEnvelope: { ...bundle.dsseEnvelope, signatures: [{ sig: '' }, ...bundle.dsseEnvelope.signatures] },
      }),
      /signatures/,
    ],
    [
      'as a bundle of another version',
      () => ({ ...bundle, mediaType: 'application/vnd.dev.sigstore.bundle.v0.4+json' }),
      /mediaType/,
    ],
    [
      'as a bundle over a message',
      () => ({ ...bundle, dsseEnvelope: undefined, messageSignature: {} }),
      /dsseEnvelope/,
    ],
    ['as something else', () => 'a text', /no Sigstore bundle/],
    ['as nothing', () => undefined, /no Sigstore bundle/],
    [
      'as another kind of statement by the same key',
      () => resigned({ ...statementIn(bundle), predicateType: 'https://slsa.dev/provenance/v1' }),
      /no promotion record: predicateType/,
    ],
    [
      'when its subject is not what its predicate speaks of',
      () => resigned({ ...statementIn(bundle), subject: [{ digest: { sha256: OTHER.slice(7) } }] }),
      /another digest/,
    ],
    [
      'about two things at once',
      () =>
        resigned({
          ...statementIn(bundle),
          subject: [{ digest: { sha256: DIGEST.slice(7) } }, { digest: { sha256: OTHER.slice(7) } }],
        }),
      /no promotion record: subject/,
    ],
  ];

  test.each(refusals)('%s', async (_, change, why) => {
    expect(opened(await change())).toEqual({ kind: 'refused', problem: expect.stringMatching(why) });
  });

  test('with another key, with none, or with a key of another kind', () => {
    for (const publicKeys of [[testKey().publicKey], [], [testKey('P-384').publicKey]]) {
      expect(opened(bundle, publicKeys)).toMatchObject({ kind: 'refused' });
    }
  });

  function tampered(change: (text: string) => string): Bundle {
    const text = Buffer.from(bundle.dsseEnvelope.payload, 'base64').toString();
    if (change(text) === text) throw new Error('nothing was changed');
    return {
      ...bundle,
      dsseEnvelope: { ...bundle.dsseEnvelope, payload: Buffer.from(change(text)).toString('base64') },
    };
  }
  const withSignature = (change: (sig: string) => string): Bundle => ({
    ...bundle,
    dsseEnvelope: {
      ...bundle.dsseEnvelope,
      signatures: bundle.dsseEnvelope.signatures.map(({ sig }) => ({ sig: change(sig) })),
    },
  });
});

test('is not sealed with a signature that its own public key does not verify', async () => {
  const sign = async () => new Uint8Array([1, 2, 3]);

  await expect(seal(recordOf(), { name: NAME, publicKey: key.publicKey, sign })).rejects.toThrow(/does not verify/);
});

describe('a record counts', () => {
  it('for the digest, gate, promotion and unique tag that it names, and for no other', () => {
    const expected = { subject: DIGEST, gate: 'node', sequence: 7, unique: '22-alpine-ca7' };

    expect(problemsOf(recordOf(), expected)).toEqual([]);
    expect(problemsOf(recordOf(), { subject: OTHER, gate: 'java', sequence: 8, unique: 'x' })).toEqual([
      `it is for the digest ${DIGEST}, not ${OTHER}`,
      'it is for gate node, not java',
      'it is for promotion 7, not 8',
      'it is for the unique tag 22-alpine-ca7, not x',
    ]);
  });

  it('only when every verdict in it is "pass"', () => {
    const [passed] = recordOf().evidence;
    if (!passed) throw new Error('there is evidence');
    const record = recordOf({ evidence: [passed, { ...passed, check: 'scan', verdict: 'unknown' }] });

    expect(problemsOf(record, { subject: DIGEST })).toEqual(['check scan (linux/amd64) has the verdict unknown']);
  });

  it('as the same decision whenever and with whichever version of the key it was signed, and not when anything else differs', () => {
    const later = recordOf({ decidedAt: '2031-02-03T05:00:00.000Z', key: 'another version' });

    expect(sameDecision(recordOf(), later)).toBe(true);
    for (const change of [{ attempt: 4 }, { policy: 'other' }, { evidence: [] }, { previous: DIGEST }])
      expect(sameDecision(recordOf(), recordOf(change))).toBe(false);
  });
});
