/**
 * Signatures with a certificate of a day (keyless): verified by Sigstore's own library against a trust root, without a network.
 *
 * At the time that a log or a timestamp authority vouches for, never now: the certificate chains to a trusted authority, a certificate log has
 * seen it, and a trusted log holds this very signature. The library is given no policy of ours, since its own is an unanchored expression.
 */
import { X509Certificate } from 'node:crypto';
import { bundleFromJSON, ValidationError } from '@sigstore/bundle';
import { TrustedRoot } from '@sigstore/protobuf-specs';
import { toSignedEntity, toTrustMaterial, VerificationError, Verifier, type Signer } from '@sigstore/verify';
import type { CertificateIdentity } from '../domain/signatures/identity.ts';
import { UnusableSigner } from './unusable-signer.ts';

export type Verified =
  | { kind: 'verified'; identity: CertificateIdentity }
  | { kind: 'refused'; why: string }
  | { kind: 'garbled'; why: string };

/** What is signed, when it is not in the bundle itself. */
export type VerifyKeyless = (bundle: unknown, artifact?: Uint8Array) => Verified;

export function keylessVerifier(trustRoot: string): VerifyKeyless {
  const verifier = openVerifier(trustRoot);
  return (bundle, artifact) => {
    try {
      const parsed = bundleFromJSON(bundle);
      const { content } = parsed.verificationMaterial;
      if (content.$case === 'publicKey')
        return { kind: 'refused', why: 'it is signed with a key, and not by an identity' };
      const signer = verifier.verify(toSignedEntity(parsed, artifact && Buffer.from(artifact)));
      const leaf = content.$case === 'certificate' ? content.certificate : content.x509CertificateChain.certificates[0];
      if (!leaf || !isForSigning(leaf.rawBytes)) {
        return { kind: 'refused', why: 'its certificate is not one for signing code' };
      }
      return { kind: 'verified', identity: identityOf(signer) };
    } catch (error) {
      return notVerified(error);
    }
  };
}

function openVerifier(trustRoot: string): Verifier {
  try {
    const root = TrustedRoot.fromJSON(JSON.parse(trustRoot));
    return new Verifier(toTrustMaterial(root), { tlogThreshold: 1, ctlogThreshold: 1, timestampThreshold: 1 });
  } catch (error) {
    throw new UnusableSigner(
      'the trust root of the policy cannot be used; put a "trusted_root.json" as Sigstore publishes it there',
      error,
    );
  }
}

/** The library throws its own errors for what does not verify, and whatever else for what it cannot read. Neither is a pass. */
function notVerified(error: unknown): Verified {
  const why = error instanceof Error ? error.message : String(error);
  if (error instanceof VerificationError)
    return { kind: 'refused', why: `its certificate or its log entry does not verify: ${why}` };
  if (error instanceof ValidationError) return { kind: 'garbled', why: `its bundle is not complete: ${why}` };
  return { kind: 'garbled', why: `its bundle cannot be read: ${why}` };
}

/** Extended key usage of RFC 5280: code signing. The library does not look at it. */
const CODE_SIGNING = '1.3.6.1.5.5.7.3.3';
const isForSigning = (der: Uint8Array): boolean => new X509Certificate(der).keyUsage?.includes(CODE_SIGNING) ?? false;

/** Fulcio's extensions: https://github.com/sigstore/fulcio/blob/main/docs/oid-info.md; 12 is the source repository. */
const SOURCE_REPOSITORY = '1.3.6.1.4.1.57264.1.12';

function identityOf({ identity }: Signer): CertificateIdentity {
  const repository = identity?.oids?.find(({ oid }) => oid?.id.join('.') === SOURCE_REPOSITORY)?.value;
  return {
    ...(identity?.subjectAlternativeName === undefined ? {} : { subject: identity.subjectAlternativeName }),
    ...(identity?.extensions?.issuer === undefined ? {} : { issuer: identity.extensions.issuer }),
    ...(repository === undefined ? {} : { repository: textOf(repository) }),
  };
}

/** The value is a DER UTF8String, short enough for one byte of length, or for the long form. */
function textOf(der: Uint8Array): string {
  const [type, length = 0] = der;
  if (type !== 0x0c) return '';
  return Buffer.from(der.subarray(2 + (length > 0x80 ? length - 0x80 : 0))).toString('utf8');
}
