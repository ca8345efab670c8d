/**
 * The envelope around a statement: a Sigstore bundle (v0.3) that holds a DSSE envelope with one signature by a plain public key. Any tool that
 * reads such bundles can verify it: `cosign verify-attestation --key`.
 *
 * https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md ,
 * https://github.com/sigstore/protobuf-specs/blob/v0.5.0/protos/sigstore_bundle.proto
 */
import { z } from 'zod';
import { PREDICATE_TYPE } from './statement.ts';

export const BUNDLE_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
const MANIFEST_TYPE = 'application/vnd.oci.image.manifest.v1+json';
/** https://github.com/opencontainers/image-spec/blob/v1.1.0/manifest.md#guidance-for-an-empty-descriptor */
export const EMPTY = {
  mediaType: 'application/vnd.oci.empty.v1+json',
  digest: 'sha256:44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a',
  size: 2,
};
/** Of the manifests that carry our records: how they are found among other bundles. A hint: what counts is what is signed. */
const ANNOTATION = 'dev.sigstore.bundle.predicateType';

const bundle = z.object({
  mediaType: z.literal(BUNDLE_TYPE),
  dsseEnvelope: z.object({
    payload: z.string(),
    payloadType: z.literal(PAYLOAD_TYPE),
    signatures: z.array(z.object({ sig: z.string() })).length(1),
  }),
});

/** What is signed in place of the statement itself: DSSE's pre-authentication encoding. */
export function toSign(statement: Uint8Array): Uint8Array {
  const head = new TextEncoder().encode(`DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${statement.length} `);
  const bytes = new Uint8Array(head.length + statement.length);
  bytes.set(head);
  bytes.set(statement, head.length);
  return bytes;
}

/** `hint`: base64 of the SHA-256 over the public key (SPKI, DER), as cosign has it. `signature`: ASN.1 DER. All in base64. */
export function bundleOf(signed: { statement: string; signature: string; hint: string }): Uint8Array {
  return new TextEncoder().encode(
    JSON.stringify({
      mediaType: BUNDLE_TYPE,
      verificationMaterial: { publicKey: { hint: signed.hint }, tlogEntries: [] },
      dsseEnvelope: {
        payload: signed.statement,
        payloadType: PAYLOAD_TYPE,
        // No `keyid`: verifiers compare it with a fingerprint of their own kind, and skip the signature when it differs.
        signatures: [{ sig: signed.signature }],
      },
    }),
  );
}

export type ReadBundle = { kind: 'bundle'; statement: string; signature: string } | { kind: 'other'; problem: string };

/** Unverified, and in base64, which may also be of the kind for URLs. */
export function readBundle(json: unknown): ReadBundle {
  const parsed = bundle.safeParse(json);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    return {
      kind: 'other',
      problem: `it is no Sigstore bundle of version 0.3 with one signature over an in-toto statement: ${issue?.path.join('.')}: ${issue?.message}`,
    };
  }
  const { payload, signatures } = parsed.data.dsseEnvelope;
  return { kind: 'bundle', statement: payload, signature: signatures[0]?.sig ?? '' };
}

interface Descriptor {
  mediaType: string;
  digest: string;
  size: number;
}

/** The manifest that attaches a bundle to what it is about. `createdAt`: epoch milliseconds. */
export function recordManifest(of: {
  subject: Descriptor;
  bundle: Pick<Descriptor, 'digest' | 'size'>;
  gate: string;
  createdAt: number;
}): { mediaType: string; bytes: Uint8Array } {
  const content = {
    schemaVersion: 2,
    mediaType: MANIFEST_TYPE,
    artifactType: BUNDLE_TYPE,
    config: EMPTY,
    layers: [{ mediaType: BUNDLE_TYPE, ...of.bundle }],
    subject: of.subject,
    annotations: {
      'dev.sigstore.bundle.content': 'dsse-envelope',
      [ANNOTATION]: PREDICATE_TYPE,
      'org.opencontainers.image.created': new Date(of.createdAt).toISOString(),
      'org.opencontainers.image.title': `promotion by gate ${of.gate}`,
    },
  };
  return { mediaType: MANIFEST_TYPE, bytes: new TextEncoder().encode(JSON.stringify(content)) };
}

const carrier = z.object({
  artifactType: z.literal(BUNDLE_TYPE),
  layers: z.array(z.object({ mediaType: z.string(), digest: z.string(), size: z.number() })).length(1),
  subject: z.object({ digest: z.string() }),
  annotations: z.object({ [ANNOTATION]: z.literal(PREDICATE_TYPE) }),
});

/** The bundle that a manifest carries, when it is the manifest of a record of ours. */
export function bundleIn(manifestJson: unknown): { digest: string; size: number; subject: string } | undefined {
  const parsed = carrier.safeParse(manifestJson);
  const layer = parsed.data?.layers[0];
  return layer && parsed.data
    ? { digest: layer.digest, size: layer.size, subject: parsed.data.subject.digest }
    : undefined;
}
