/**
 * Real signatures for tests, made with keys of the moment: cosign's simple signing and bundles, with a key or without.
 *
 * `sigstore()` is a whole Sigstore of its own: a certificate authority, its certificate log and a transparency log, with the trust root that
 * names them. Everything is signed for real; what a test wants wrong it says.
 */
import { createHash, generateKeyPairSync, sign, webcrypto, type KeyObject } from 'node:crypto';
import * as x509 from '@peculiar/x509';
import type { Digest } from '../../shared/domain/reference.ts';
import type { Manifest } from '../../shared/ports.ts';
import { digestOf, MANIFEST, manifestOf } from './images.ts';

x509.cryptoProvider.set(webcrypto);

export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';
const EMPTY = 'application/vnd.oci.empty.v1+json';
const ISSUED_AT = Date.UTC(2026, 2, 1, 12);
const MINUTE = 60_000;

export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
  pem: string;
}

export function keyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey, pem: publicKey.export({ type: 'spki', format: 'pem' }) as string };
}

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();
const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

// ---- cosign 1 and 2 ------------------------------------------------------------------------------------------------------------

/** A layer of a signature, with the blob that it is of. */
export interface SignedLayer {
  blob: Uint8Array;
  annotations: Record<string, string>;
}

export const simplePayload = (digest: Digest, reference = 'docker.io/library/node'): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      critical: {
        identity: { 'docker-reference': reference },
        image: { 'docker-manifest-digest': digest },
        type: 'cosign container image signature',
      },
      optional: null,
    }),
  );

export function simpleSigned(key: KeyPair, blob: Uint8Array): SignedLayer {
  const signature = sign('sha256', blob, key.privateKey).toString('base64');
  return { blob, annotations: { 'dev.cosignproject.cosign/signature': signature } };
}

/** The manifest under `sha256-<hex>.sig`, or, with a subject, a referrer. */
export const signatureManifest = (layers: SignedLayer[], options: { subject?: Digest } = {}): Manifest =>
  manifestOf(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    config: { mediaType: 'application/vnd.oci.image.config.v1+json', digest: digestOf('{}'), size: 2 },
    layers: layers.map(({ blob, annotations }) => ({
      mediaType: SIMPLE_SIGNING,
      digest: digestOf(blob),
      size: blob.length,
      annotations,
    })),
    ...(options.subject ? { subject: { mediaType: MANIFEST, digest: options.subject, size: 2 } } : {}),
  });

// ---- bundles -------------------------------------------------------------------------------------------------------------------

export const statement = (digest: Digest, predicateType = SIGN_PREDICATE): Uint8Array =>
  Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ digest: { sha256: digest.slice('sha256:'.length) }, annotations: {} }],
      predicateType,
      predicate: {},
    }),
  );

const STATEMENT_TYPE = 'application/vnd.in-toto+json';
const encoded = (payload: Uint8Array) =>
  Buffer.concat([Buffer.from(`DSSEv1 ${STATEMENT_TYPE.length} ${STATEMENT_TYPE} ${payload.length} `), payload]);

const envelopeOf = (payload: Uint8Array, signature: Buffer) => ({
  payload: Buffer.from(payload).toString('base64'),
  payloadType: STATEMENT_TYPE,
  signatures: [{ sig: signature.toString('base64') }],
});

export const keyBundle = (key: KeyPair, payload: Uint8Array) => ({
  mediaType: BUNDLE,
  verificationMaterial: { publicKey: { hint: sha256(spki(key.publicKey)).toString('base64') } },
  dsseEnvelope: envelopeOf(payload, sign('sha256', encoded(payload), key.privateKey)),
});

/** A referrer with one blob. */
export const bundleManifest = (blob: Uint8Array, subject: Digest): Manifest =>
  manifestOf(MANIFEST, {
    schemaVersion: 2,
    mediaType: MANIFEST,
    artifactType: BUNDLE,
    config: { mediaType: EMPTY, digest: digestOf('{}'), size: 2 },
    layers: [{ mediaType: BUNDLE, digest: digestOf(blob), size: blob.length }],
    subject: { mediaType: MANIFEST, digest: subject, size: 2 },
  });

// ---- keyless -------------------------------------------------------------------------------------------------------------------

export interface Keyless {
  /** A certificate for this e-mail address or URI; default: `dev@example.com`. */
  subject?: string;
  issuer?: string;
  repository?: string;
  /** When the log saw it; default: a minute after the certificate was issued, which lives for ten. */
  loggedAt?: number;
  /** Not for signing code. */
  usage?: string;
}

export const ISSUER = 'https://issuer.example.com';
export const SUBJECT = 'dev@example.com';

export interface Sigstore {
  trustRoot: string;
  simpleSigned(blob: Uint8Array, keyless?: Keyless): Promise<SignedLayer>;
  bundle(
    payload: Uint8Array,
    keyless?: Keyless,
  ): Promise<ReturnType<typeof keyBundle> & { verificationMaterial: object }>;
}

export async function sigstore(): Promise<Sigstore> {
  const authority = await certificateAuthority();
  const log = keyPair();
  const logId = sha256(spki(log.publicKey));

  /** As the transparency log answers: the entry is the only leaf of its tree. */
  const logged = (body: object, loggedAt: number) => {
    const bytes = Buffer.from(JSON.stringify(body));
    const seconds = Math.floor(loggedAt / 1000);
    const promise = {
      body: bytes.toString('base64'),
      integratedTime: seconds,
      logID: logId.toString('hex'),
      logIndex: 0,
    };
    const root = sha256(Buffer.concat([Buffer.from([0]), bytes]));
    const note = `log.example.com\n1\n${root.toString('base64')}\n`;
    const signature = Buffer.concat([logId.subarray(0, 4), sign('sha256', Buffer.from(note), log.privateKey)]);
    return {
      promise,
      signedEntryTimestamp: sign('sha256', Buffer.from(JSON.stringify(promise)), log.privateKey).toString('base64'),
      inclusionProof: {
        logIndex: '0',
        rootHash: root.toString('base64'),
        treeSize: '1',
        hashes: [],
        checkpoint: { envelope: `${note}\n\u2014 log.example.com ${signature.toString('base64')}\n` },
      },
    };
  };

  return {
    trustRoot: JSON.stringify({
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      certificateAuthorities: [
        {
          subject: { organization: 'example.com', commonName: 'test' },
          uri: 'https://ca.example.com',
          certChain: { certificates: [{ rawBytes: authority.certificate }] },
          validFor: { start: '2025-01-01T00:00:00Z' },
        },
      ],
      tlogs: [logOf('https://log.example.com', log)],
      ctlogs: [logOf('https://ct.example.com', authority.log)],
      timestampAuthorities: [],
    }),

    async simpleSigned(blob, keyless = {}) {
      const { certificate, key } = await authority.issue(keyless);
      const layer = simpleSigned(key, blob);
      const content = layer.annotations['dev.cosignproject.cosign/signature'];
      const pem = `-----BEGIN CERTIFICATE-----\n${certificate}\n-----END CERTIFICATE-----\n`;
      const body = {
        apiVersion: '0.0.1',
        kind: 'hashedrekord',
        spec: {
          data: { hash: { algorithm: 'sha256', value: sha256(blob).toString('hex') } },
          signature: { content, publicKey: { content: Buffer.from(pem).toString('base64') } },
        },
      };
      const { promise, signedEntryTimestamp } = logged(body, keyless.loggedAt ?? ISSUED_AT + MINUTE);
      return {
        blob,
        annotations: {
          ...layer.annotations,
          'dev.sigstore.cosign/certificate': pem,
          'dev.sigstore.cosign/bundle': JSON.stringify({
            SignedEntryTimestamp: signedEntryTimestamp,
            Payload: promise,
          }),
        },
      };
    },

    async bundle(payload, keyless = {}) {
      const { certificate, key } = await authority.issue(keyless);
      const envelope = envelopeOf(payload, sign('sha256', encoded(payload), key.privateKey));
      const verifier = Buffer.from(certificate, 'base64').toString('base64');
      const body = {
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: { algorithm: 'sha256', value: sha256(JSON.stringify(envelope)).toString('hex') },
          payloadHash: { algorithm: 'sha256', value: sha256(payload).toString('hex') },
          signatures: [{ signature: envelope.signatures[0]?.sig, verifier }],
        },
      };
      const { promise, signedEntryTimestamp, inclusionProof } = logged(body, keyless.loggedAt ?? ISSUED_AT + MINUTE);
      return {
        mediaType: BUNDLE,
        verificationMaterial: {
          certificate: { rawBytes: certificate },
          tlogEntries: [
            {
              logIndex: '0',
              logId: { keyId: logId.toString('base64') },
              kindVersion: { kind: 'dsse', version: '0.0.1' },
              integratedTime: String(promise.integratedTime),
              inclusionPromise: { signedEntryTimestamp },
              inclusionProof,
              canonicalizedBody: promise.body,
            },
          ],
        } as unknown as ReturnType<typeof keyBundle>['verificationMaterial'],
        dsseEnvelope: envelope,
      };
    },
  };
}

const logOf = (baseUrl: string, { publicKey }: KeyPair) => ({
  baseUrl,
  hashAlgorithm: 'SHA2_256',
  publicKey: {
    rawBytes: spki(publicKey).toString('base64'),
    keyDetails: 'PKIX_ECDSA_P256_SHA_256',
    validFor: { start: '2025-01-01T00:00:00Z' },
  },
  logId: { keyId: sha256(spki(publicKey)).toString('base64') },
});

const ALGORITHM = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' };
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const FULCIO = '1.3.6.1.4.1.57264.1';

async function certificateAuthority() {
  const pair = await webcrypto.subtle.generateKey(ALGORITHM, true, ['sign', 'verify']);
  const log = keyPair();
  const root = await x509.X509CertificateGenerator.createSelfSigned({
    name: 'O=example.com, CN=test',
    keys: pair,
    signingAlgorithm: ALGORITHM,
    notBefore: new Date('2025-01-01T00:00:00Z'),
    notAfter: new Date('2035-01-01T00:00:00Z'),
    extensions: [
      new x509.BasicConstraintsExtension(true, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      await x509.SubjectKeyIdentifierExtension.create(pair.publicKey),
    ],
  });
  const issuerHash = sha256(Buffer.from(root.publicKey.rawData));

  return {
    certificate: Buffer.from(root.rawData).toString('base64'),
    log,
    /** A certificate that lives for ten minutes, with the promise of the certificate log in it. */
    async issue({ subject = SUBJECT, issuer = ISSUER, repository, usage = CODE_SIGNING }: Keyless) {
      const key = keyPair();
      const publicKey = await webcrypto.subtle.importKey('spki', spki(key.publicKey), ALGORITHM, true, ['verify']);
      const extensions: x509.Extension[] = [
        new x509.ExtendedKeyUsageExtension([usage]),
        new x509.SubjectAlternativeNameExtension(
          [{ type: subject.includes('://') ? 'url' : 'email', value: subject }],
          true,
        ),
        await x509.AuthorityKeyIdentifierExtension.create(pair.publicKey),
        new x509.Extension(`${FULCIO}.8`, false, utf8String(issuer)),
        ...(repository ? [new x509.Extension(`${FULCIO}.12`, false, utf8String(repository))] : []),
      ];
      const make = (more: x509.Extension[]) =>
        x509.X509CertificateGenerator.create({
          serialNumber: '4711',
          issuer: root.subject,
          notBefore: new Date(ISSUED_AT),
          notAfter: new Date(ISSUED_AT + 10 * MINUTE),
          publicKey: publicKey,
          signingKey: pair.privateKey,
          signingAlgorithm: ALGORITHM,
          extensions: [...extensions, ...more],
        });
      const before = await make([]);
      const promise = certificateTimestamp(log, issuerHash, toBeSigned(Buffer.from(before.rawData)));
      const certificate = await make([new x509.Extension('1.3.6.1.4.1.11129.2.4.2', false, promise)]);
      return { certificate: Buffer.from(certificate.rawData).toString('base64'), key };
    },
  };
}

const uint = (value: number, bytes: number): Buffer => {
  const buffer = Buffer.alloc(bytes);
  buffer.writeUIntBE(value, 0, bytes);
  return buffer;
};

/** RFC 6962, 3.2 and 3.3: what the certificate log signs, and the list of one that goes into the certificate. */
function certificateTimestamp(log: KeyPair, issuerHash: Buffer, certificate: Buffer): Buffer {
  const at = uint(ISSUED_AT, 6);
  const time = Buffer.concat([Buffer.alloc(2), at]);
  const entry = Buffer.concat([issuerHash, uint(certificate.length, 3), certificate]);
  const signed = Buffer.concat([uint(0, 1), uint(0, 1), time, uint(1, 2), entry, uint(0, 2)]);
  const signature = sign('sha256', signed, log.privateKey);
  const head = Buffer.concat([uint(0, 1), sha256(spki(log.publicKey)), time, uint(0, 2)]);
  const timestamp = Buffer.concat([head, uint(4, 1), uint(3, 1), uint(signature.length, 2), signature]);
  const list = Buffer.concat([uint(timestamp.length + 2, 2), uint(timestamp.length, 2), timestamp]);
  return der(0x04, list);
}

const utf8String = (text: string) => der(0x0c, Buffer.from(text));

const der = (type: number, content: Buffer): Buffer =>
  Buffer.concat([
    Buffer.from([type]),
    content.length < 0x80 ? uint(content.length, 1) : Buffer.concat([uint(0x81, 1), uint(content.length, 1)]),
    content,
  ]);

/** The first value in the outer sequence of a certificate. */
function toBeSigned(certificate: Buffer): Buffer {
  const [outer] = header(certificate, 0);
  const [inner, length] = header(certificate, outer);
  return certificate.subarray(outer, inner + length);
}

/** Where the content of the value at `at` begins, and its length. */
function header(bytes: Buffer, at: number): [number, number] {
  const first = bytes[at + 1] ?? 0;
  if (first < 0x80) return [at + 2, first];
  const more = first - 0x80;
  return [at + 2 + more, bytes.readUIntBE(at + 2, more)];
}
