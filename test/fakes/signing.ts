/** Real signatures for tests, made with keys of the moment: cosign's simple signing and bundles with a key. Without one: `sigstore.ts`. */
import { createHash, generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { Digest } from '../../shared/domain/reference.ts';
import type { Manifest } from '../../shared/ports/images.ts';
import { digestOf, MANIFEST, manifestOf } from './images.ts';

export const SIMPLE_SIGNING = 'application/vnd.dev.cosign.simplesigning.v1+json';
export const BUNDLE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
export const SIGN_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';
const EMPTY = 'application/vnd.oci.empty.v1+json';

export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
  pem: string;
}

export function keyPair(): KeyPair {
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { privateKey, publicKey, pem: publicKey.export({ type: 'spki', format: 'pem' }) as string };
}

export const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();
export const spki = (key: KeyObject) => key.export({ type: 'spki', format: 'der' });

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
export const encoded = (payload: Uint8Array) =>
  Buffer.concat([Buffer.from(`DSSEv1 ${STATEMENT_TYPE.length} ${STATEMENT_TYPE} ${payload.length} `), payload]);

export const envelopeOf = (payload: Uint8Array, signature: Buffer) => ({
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
