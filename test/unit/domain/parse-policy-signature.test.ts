import { createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { keyPair } from '../../fakes/signing.ts';
import { sigstore } from '../../fakes/sigstore.ts';
import { problemsOf, valid, type Change } from './policy-fixture.ts';

const { pem, privateKey } = keyPair();
let trustRoot: string;
beforeAll(async () => {
  ({ trustRoot } = await sigstore());
});

const asking = (signature: string, files: Change['files'] = {}): Change => ({
  gates: { 'functional: { script: checks/node.sh, timeout: 4m }': `signed: { signature: ${signature} }` },
  files: { 'keys/acme.pub': pem, 'trust/root.json': trustRoot, ...files },
});
const AT = 'gate "node", check "signed"';
const ISSUER = 'https://token.actions.githubusercontent.com';

describe('a signature check', () => {
  test('is read with the bytes of its keys', () => {
    expect(valid(asking('{ keys: [keys/acme.pub], reference: docker.io/node }')).gates.node?.checks).toEqual([
      {
        kind: 'signature',
        name: 'signed',
        mode: 'required',
        late: 'allowed',
        keys: [{ path: 'keys/acme.pub', pem }],
        identities: [],
        reference: { host: 'docker.io', repository: 'library/node' },
        hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string,
      },
    ]);
  });

  test('is read with its identities and the bytes of its trust root', () => {
    const identity = `{ subject: "*@acme.com", issuer: "${ISSUER}", repository: "https://github.com/acme/app" }`;
    const asked = `{ mode: if-present, trustRoot: trust/root.json, identities: [${identity}] }`;

    expect(valid(asking(asked)).gates.node?.checks).toMatchObject([
      {
        mode: 'if-present',
        trustRoot,
        identities: [{ subject: '*@acme.com', issuer: ISSUER, repository: 'https://github.com/acme/app' }],
      },
    ]);
  });

  test('that is off names nobody', () => {
    expect(valid(asking('{ mode: off }')).gates.node?.checks).toMatchObject([{ mode: 'off' }]);
  });

  test('has another hash when a key has other bytes', () => {
    const hashOf = (text: string) =>
      valid(asking('{ keys: [keys/acme.pub] }', { 'keys/acme.pub': text })).gates.node?.checks[0]?.hash;

    expect(hashOf(pem)).not.toBe(hashOf(keyPair().pem));
  });

  test.each([
    ['Ed25519', () => generateKeyPairSync('ed25519').publicKey],
    ['RSA of 2048 bits', () => rsaKey(2048)],
    ['RSA of 4096 bits', () => rsaKey(4096)],
  ])('takes a key of %s', (_, make) => {
    const text = make().export({ type: 'spki', format: 'pem' }) as string;

    expect(problemsOf(asking('{ keys: [keys/acme.pub] }', { 'keys/acme.pub': text }))).toEqual([]);
  });

  const keyProblem = (text: string) => problemsOf(asking('{ keys: [keys/acme.pub] }', { 'keys/acme.pub': text }));
  const KEY_AT = `gates.yaml:7:37  ${AT}: keys: "keys/acme.pub"`;
  test('refuses a private key, and does not repeat it', () => {
    const secret = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string;

    expect(keyProblem(secret)).toEqual([
      `${KEY_AT} holds a private key. Take it out of the folder and its history, make a new pair, and put the public key here.`,
    ]);
  });

  test.each([
    ['P-384', () => generateKeyPairSync('ec', { namedCurve: 'P-384' })],
    ['RSA of 1024 bits', () => generateKeyPairSync('rsa', { modulusLength: 1024 })],
  ])('refuses a key of %s', (_, make) => {
    expect(keyProblem(make().publicKey.export({ type: 'spki', format: 'pem' }) as string)).toEqual([
      `${KEY_AT} is a key of a kind that is not verified; use ECDSA P-256, Ed25519, or RSA of 2048 bits or more.`,
    ]);
  });

  test.each([
    ['text', 'hello'],
    ['nothing', ''],
    ['two keys', `${pem}${pem}`],
    ['a certificate', pem.replaceAll('PUBLIC KEY', 'CERTIFICATE')],
  ])('refuses %s for a key', (_, text) => {
    expect(keyProblem(text)).toEqual([
      `${KEY_AT} is no public key in PEM form ("-----BEGIN PUBLIC KEY-----"), such as "cosign public-key" prints.`,
    ]);
  });

  const identities = (identity: string) => `{ trustRoot: trust/root.json, identities: [${identity}] }`;
  const SUBJECT_RULE =
    'a subject is an e-mail address or a URI; "*" is any text without "/" and "@", and what stands before the first "/" or after the "@" is written out';
  const rows: [string, string, string[]][] = [
    [
      'nobody',
      '{ mode: required }',
      [
        `gates.yaml:7:28  ${AT}: signature: name who has to have signed, by "keys" or by "identities" with a "trustRoot".`,
      ],
    ],
    [
      'text',
      'required',
      [`gates.yaml:7:28  ${AT}: signature: expected a mapping, such as { keys: [keys/cosign.pub] }.`],
    ],
    [
      'a mode that is none',
      '{ mode: requird, keys: [keys/acme.pub] }',
      [`gates.yaml:7:36  ${AT}: mode: there is "required", "if-present" and "off".`],
    ],
    [
      'a key that is not there',
      '{ keys: [keys/acm.pub] }',
      [`gates.yaml:7:37  ${AT}: "keys/acm.pub" is not in the policy folder. Did you mean "keys/acme.pub"?`],
    ],
    [
      'identities without a trust root',
      `{ identities: [{ subject: a@b.c, issuer: "${ISSUER}" }] }`,
      [`gates.yaml:7:30  ${AT}: "trustRoot" is missing: without it no certificate can be trusted.`],
    ],
    [
      'a trust root without identities',
      '{ keys: [keys/acme.pub], trustRoot: trust/root.json }',
      [`gates.yaml:7:53  ${AT}: trustRoot: it is for "identities", and there are none.`],
    ],
    [
      'an identity of any issuer',
      identities('{ subject: a@b.c }'),
      [`gates.yaml:7:71  ${AT}: "issuer" is missing: the identity provider that vouched for it, exactly.`],
    ],
    [
      'anybody as identity',
      identities(`{ subject: "*", issuer: "${ISSUER}" }`),
      [`gates.yaml:7:82  ${AT}: subject: ${SUBJECT_RULE}.`],
    ],
    [
      'anybody of any domain',
      identities(`{ subject: "dev@*", issuer: "${ISSUER}" }`),
      [`gates.yaml:7:82  ${AT}: subject: ${SUBJECT_RULE}.`],
    ],
    [
      'any host of a workflow',
      identities(`{ subject: "https://*/x", issuer: "${ISSUER}" }`),
      [`gates.yaml:7:82  ${AT}: subject: ${SUBJECT_RULE}.`],
    ],
    [
      'signatures of the Notary Project',
      '{ notation: {} }',
      [
        `gates.yaml:7:30  ${AT}: "notation" is not built yet. Signatures of the Notary Project are not verified yet. Use "keys" or "identities", which are for signatures of cosign, or remove it.`,
      ],
    ],
  ];
  test.each(rows)('with %s is refused', (_, signature, says) => expect(problemsOf(asking(signature))).toEqual(says));

  const rootProblem = (text: string) =>
    problemsOf(asking(identities(`{ subject: a@b.c, issuer: "${ISSUER}" }`), { 'trust/root.json': text }));
  test.each<[string, (text: string) => string, string]>([
    ['no JSON', () => '{', 'it is not JSON'],
    ['something else', () => '{}', '"mediaType" is missing or of the wrong type'],
    ['no certificate log', (text) => JSON.stringify({ ...JSON.parse(text), ctlogs: [] }), '"ctlogs" is empty'],
    [
      'a log key that says not since when it is valid',
      (text) => text.replace(/"validFor":\{"start":"[^"]+"\}(?=\},"logId")/, '"validFor":{}'),
      '"tlogs.0.publicKey.validFor.start" is missing or of the wrong type',
    ],
  ])('refuses a trust root with %s', (_, change, says) => {
    expect(rootProblem(change(trustRoot)).join()).toContain(says);
  });
});

/** A public key of that length, to which nobody has the private one: to find two such primes takes most of a second. */
function rsaKey(bits: number): KeyObject {
  const n = Buffer.alloc(bits / 8, 0xa5).toString('base64url');
  return createPublicKey({ key: { kty: 'RSA', n, e: 'AQAB' }, format: 'jwk' });
}
