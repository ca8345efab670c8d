/**
 * A keyless signature of cosign 1 and 2, whose certificate and log entry are annotations of its layer, in the shape of a bundle, so that both
 * kinds are verified by the same code.
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Layer } from '../domain/checks/artifact.ts';
import { readStrictJson } from '../domain/checks/strict-json.ts';

const entry = z.object({
  SignedEntryTimestamp: z.base64(),
  Payload: z.object({
    body: z.base64(),
    integratedTime: z.number().int().positive(),
    logIndex: z.number().int().nonnegative(),
    logID: z.string().regex(/^[0-9a-f]{64}$/),
  }),
});
const body = z.object({ kind: z.string(), apiVersion: z.string() });
const timestamp = z.object({ SignedRFC3161Timestamp: z.base64() });

/** `undefined`: the annotations are not those of a keyless signature. */
export function bundleOfLayer({ annotations }: Layer, blob: Uint8Array, signature: string): object | undefined {
  const certificate = derOf(annotations['dev.sigstore.cosign/certificate']);
  const log = read(annotations['dev.sigstore.cosign/bundle'], entry);
  if (certificate === undefined || log === undefined) return undefined;
  const kindVersion = read(Buffer.from(log.Payload.body, 'base64'), body);
  if (kindVersion === undefined) return undefined;
  const stamped = read(annotations['dev.sigstore.cosign/rfc3161timestamp'], timestamp);
  return {
    mediaType: 'application/vnd.dev.sigstore.bundle+json;version=0.1',
    verificationMaterial: {
      x509CertificateChain: { certificates: [{ rawBytes: certificate }] },
      tlogEntries: [
        {
          logIndex: String(log.Payload.logIndex),
          logId: { keyId: Buffer.from(log.Payload.logID, 'hex').toString('base64') },
          kindVersion: { kind: kindVersion.kind, version: kindVersion.apiVersion },
          integratedTime: String(log.Payload.integratedTime),
          inclusionPromise: { signedEntryTimestamp: log.SignedEntryTimestamp },
          canonicalizedBody: log.Payload.body,
        },
      ],
      ...(stamped
        ? { timestampVerificationData: { rfc3161Timestamps: [{ signedTimestamp: stamped.SignedRFC3161Timestamp }] } }
        : {}),
    },
    messageSignature: {
      messageDigest: { algorithm: 'SHA2_256', digest: createHash('sha256').update(blob).digest('base64') },
      signature,
    },
  };
}

function read<S extends z.ZodType>(text: string | Uint8Array | undefined, schema: S): z.output<S> | undefined {
  if (text === undefined) return undefined;
  const json = readStrictJson(typeof text === 'string' ? Buffer.from(text) : text);
  return json.kind === 'json' ? schema.safeParse(json.value).data : undefined;
}

/** The first certificate of a PEM text, in base64. */
const derOf = (pem = ''): string | undefined =>
  /-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\s]+)-----END CERTIFICATE-----/.exec(pem)?.[1]?.replaceAll(/\s/g, '');
