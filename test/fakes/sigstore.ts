/**
 * A whole Sigstore for tests: a certificate authority, its certificate log and a transparency log, with the trust root that names them.
 * Everything is signed for real; what a test wants wrong it says.
 */
import { sign } from 'node:crypto';
import { certificateAuthority, ISSUED_AT, MINUTE, type Keyless } from './certificate-authority.ts';
import {
  BUNDLE,
  encoded,
  envelopeOf,
  keyPair,
  sha256,
  simpleSigned,
  spki,
  type keyBundle,
  type KeyPair,
  type SignedLayer,
} from './signing.ts';

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
