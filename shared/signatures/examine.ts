/**
 * Examines one signature of one digest: who made it, of what, and whether the policy accepts that.
 *
 * In this order: the signature over the exact bytes, then what they say. A signature of another digest is a good signature of something else.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Layer } from '../domain/checks/artifact.ts';
import type { Examined } from '../domain/checks/signature.ts';
import { readStrictJson } from '../domain/checks/strict-json.ts';
import type { SignatureCheck } from '../domain/check.ts';
import { BadReference, parseReference, sameRepository, type Digest } from '../domain/reference.ts';
import { isIdentity, sayIdentity, type CertificateIdentity } from '../domain/signatures/identity.ts';
import { readSimpleSigning, readStatement, STATEMENT_TYPE, type Payload } from '../domain/signatures/payload.ts';
import { keylessVerifier, type VerifyKeyless } from './keyless.ts';
import { openKeys, signingKey, type NamedKey } from './public-keys.ts';
import { bundleOfLayer } from './simple-signing-bundle.ts';

/** What has to be signed: a digest, and the bytes it is of. */
export interface Target {
  digest: Digest;
  manifest: Uint8Array;
}

export interface Examiner {
  /** A layer of cosign 1 and 2, with its blob. */
  simpleSigning(target: Target, layer: Layer, blob: Uint8Array): Examined;
  /** A bundle of Sigstore, as cosign 3 writes it. */
  bundle(target: Target, blob: Uint8Array): Examined;
}

/** Throws `UnusableSigner`. */
export function signatureExaminer(check: SignatureCheck): Examiner {
  const keys = openKeys(check.keys);
  const verifyKeyless = check.trustRoot === undefined ? undefined : keylessVerifier(check.trustRoot);
  const world = { check, keys, verifyKeyless };
  return {
    simpleSigning: (target, layer, blob) => examineLayer(world, target, layer, blob),
    bundle: (target, blob) => examineBundle(world, target, blob),
  };
}

interface World {
  check: SignatureCheck;
  keys: NamedKey[];
  verifyKeyless: VerifyKeyless | undefined;
}

const refused = (why: string): Examined => ({ kind: 'refused', why });
const unreadable = (why: string): Examined => ({ kind: 'unreadable', why });

const base64 = z.base64().min(1);
const SIGNATURE = 'dev.cosignproject.cosign/signature';

function examineLayer(world: World, target: Target, layer: Layer, blob: Uint8Array): Examined {
  const signature = base64.safeParse(layer.annotations[SIGNATURE]);
  if (!signature.success) return unreadable(`its annotation "${SIGNATURE}" is missing or not base64`);
  const key = signingKey(world.keys, blob, Buffer.from(signature.data, 'base64'));
  if (key) return bySigner(world, target, readSimpleSigning(blob), `key ${key.path}`);
  if (!world.verifyKeyless || layer.annotations['dev.sigstore.cosign/certificate'] === undefined) {
    return refused('none of the keys of the policy has made it');
  }
  const bundle = bundleOfLayer(layer, blob, signature.data);
  if (bundle === undefined) return unreadable('its certificate or its log entry cannot be read');
  return byIdentity(world, target, readSimpleSigning(blob), world.verifyKeyless(bundle, blob));
}

/** Others are not verified, whatever the library would make of them. */
const MEDIA_TYPES = [
  'application/vnd.dev.sigstore.bundle+json;version=0.1',
  'application/vnd.dev.sigstore.bundle+json;version=0.2',
  'application/vnd.dev.sigstore.bundle+json;version=0.3',
  'application/vnd.dev.sigstore.bundle.v0.3+json',
];

const bundleShape = z.object({
  mediaType: z.string(),
  verificationMaterial: z.object({ publicKey: z.unknown().optional() }),
  dsseEnvelope: z
    .object({
      payload: z.base64(),
      payloadType: z.string(),
      signatures: z.array(z.object({ sig: base64 })).length(1),
    })
    .optional(),
  messageSignature: z
    .object({
      messageDigest: z.object({ algorithm: z.literal('SHA2_256'), digest: base64 }),
      signature: base64,
    })
    .optional(),
});

function examineBundle(world: World, target: Target, blob: Uint8Array): Examined {
  const json = readStrictJson(blob);
  if (json.kind === 'garbled') return unreadable(`its bundle cannot be read: ${json.problem}`);
  const shape = bundleShape.safeParse(json.value);
  if (!shape.success)
    return unreadable(`its bundle lacks "${shape.error.issues[0]?.path.join('.') ?? ''}", or has it otherwise`);
  const { mediaType, verificationMaterial, dsseEnvelope, messageSignature } = shape.data;
  if (!MEDIA_TYPES.includes(mediaType)) return unreadable(`bundles of type "${mediaType}" are not known`);
  if ((dsseEnvelope === undefined) === (messageSignature === undefined)) {
    return unreadable('its bundle has neither an envelope nor a signature, or both');
  }
  const said = dsseEnvelope ? inEnvelope(dsseEnvelope) : ofManifest(target, messageSignature);
  if (said.payload.kind === 'attestation') return { kind: 'other' };
  if (said.payload.kind === 'garbled') return unreadable(said.payload.problem);

  if (verificationMaterial.publicKey !== undefined) {
    const key = signingKey(world.keys, said.signed, Buffer.from(said.signature, 'base64'));
    return key
      ? bySigner(world, target, said.payload, `key ${key.path}`)
      : refused('none of the keys of the policy has made it');
  }
  if (!world.verifyKeyless) return refused('it is signed with a certificate, and the policy names keys only');
  const artifact = dsseEnvelope ? undefined : target.manifest;
  return byIdentity(world, target, said.payload, world.verifyKeyless(json.value, artifact));
}

interface Said {
  /** The exact bytes. */
  signed: Uint8Array;
  /** In base64. */
  signature: string;
  payload: Payload;
}

function inEnvelope(envelope: NonNullable<z.infer<typeof bundleShape>['dsseEnvelope']>): Said {
  const { payloadType, signatures } = envelope;
  const payload = Buffer.from(envelope.payload, 'base64');
  return {
    signed: preAuthenticationEncoding(payloadType, payload),
    signature: signatures[0]?.sig ?? '',
    payload:
      payloadType === STATEMENT_TYPE
        ? readStatement(payload)
        : { kind: 'garbled', problem: `its envelope holds "${payloadType}", which is no signature` },
  };
}

/** A signature over the manifest itself. The digest beside it is a hint that anybody may write. */
function ofManifest({ digest, manifest }: Target, content: z.infer<typeof bundleShape>['messageSignature']): Said {
  const hinted = content?.messageDigest.digest === createHash('sha256').update(manifest).digest('base64');
  return {
    signed: manifest,
    signature: content?.signature ?? '',
    payload: hinted
      ? { kind: 'signature', digests: [digest] }
      : { kind: 'garbled', problem: 'it says that it signs other bytes than the manifest' },
  };
}

/** DSSE 1.0.2, https://github.com/secure-systems-lab/dsse/blob/master/protocol.md */
const preAuthenticationEncoding = (type: string, payload: Buffer): Buffer =>
  Buffer.concat([Buffer.from(`DSSEv1 ${Buffer.byteLength(type)} ${type} ${payload.length} `), payload]);

function byIdentity(world: World, target: Target, payload: Payload, verified: ReturnType<VerifyKeyless>): Examined {
  switch (verified.kind) {
    case 'refused':
      return refused(verified.why);
    case 'garbled':
      return unreadable(verified.why);
    case 'verified':
      if (!isAccepted(world.check, verified.identity)) {
        return refused(`it is signed by ${sayIdentity(verified.identity)}, whom the policy does not name`);
      }
      return bySigner(world, target, payload, sayIdentity(verified.identity));
  }
}

const isAccepted = ({ identities }: SignatureCheck, found: CertificateIdentity): boolean =>
  identities.some((expected) => isIdentity(found, expected));

/** The signer is the right one: is it this digest, and the right name? */
function bySigner({ check }: World, { digest }: Target, payload: Payload, by: string): Examined {
  if (payload.kind === 'garbled') return unreadable(payload.problem);
  if (payload.kind === 'attestation') return { kind: 'other' };
  if (!payload.digests.includes(digest))
    return refused(`${by} has signed another digest: ${payload.digests.join(', ') || 'none'}`);
  const { reference: expected } = check;
  if (expected === undefined) return { kind: 'accepted', by };
  const named = payload.reference;
  if (named !== undefined && namesRepository(named, expected)) return { kind: 'accepted', by };
  return refused(
    `${by} has signed it as "${named ?? 'an image without a name'}", and ${expected.host}/${expected.repository} is expected`,
  );
}

/** What a signature calls an image may be no reference at all. */
function namesRepository(text: string, expected: NonNullable<SignatureCheck['reference']>): boolean {
  try {
    return sameRepository(parseReference(text), expected);
  } catch (error) {
    if (error instanceof BadReference) return false;
    throw error;
  }
}
