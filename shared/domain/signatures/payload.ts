/**
 * What a cosign signature says it signs: the simple-signing payload of cosign 1 and 2, the in-toto statement of cosign 3.
 *
 * Read only from bytes whose signature was verified, but for telling an attestation from a signature, where a lie gains nothing.
 */
import { z } from 'zod';
import { readStrictJson } from '../checks/strict-json.ts';
import { digest, type Digest } from '../reference.ts';

export type Payload =
  | { kind: 'signature'; digests: Digest[]; reference?: string }
  | { kind: 'attestation'; predicateType: string }
  | { kind: 'garbled'; problem: string };

const simpleSigning = z.object({
  critical: z.object({
    type: z.literal('cosign container image signature'),
    image: z.object({ 'docker-manifest-digest': digest }),
    identity: z.object({ 'docker-reference': z.string().max(1024) }).optional(),
  }),
});

export function readSimpleSigning(bytes: Uint8Array): Payload {
  const json = readStrictJson(bytes);
  if (json.kind === 'garbled') return json;
  const read = simpleSigning.safeParse(json.value);
  if (!read.success) return { kind: 'garbled', problem: 'what it signs is no image signature of cosign' };
  const { image, identity } = read.data.critical;
  const reference = identity?.['docker-reference'];
  return { kind: 'signature', digests: [image['docker-manifest-digest']], ...(reference ? { reference } : {}) };
}

export const STATEMENT_TYPE = 'application/vnd.in-toto+json';
/** Other predicates of the same signer are its attestations, such as an SBOM, and sign for nothing. */
const SIGNATURE_PREDICATE = 'https://sigstore.dev/cosign/sign/v1';

const statement = z.object({
  _type: z.enum(['https://in-toto.io/Statement/v1', 'https://in-toto.io/Statement/v0.1']),
  predicateType: z.string().max(1024),
  subject: z.array(z.object({ digest: z.record(z.string(), z.string()) })).max(1000),
});

export function readStatement(bytes: Uint8Array): Payload {
  const json = readStrictJson(bytes);
  if (json.kind === 'garbled') return json;
  const read = statement.safeParse(json.value);
  if (!read.success) return { kind: 'garbled', problem: 'what it signs is no in-toto statement' };
  const { predicateType, subject } = read.data;
  if (predicateType !== SIGNATURE_PREDICATE) return { kind: 'attestation', predicateType };
  const digests = subject.flatMap(({ digest: found }) => {
    const parsed = digest.safeParse(`sha256:${found.sha256}`);
    return parsed.success ? [parsed.data] : [];
  });
  return { kind: 'signature', digests };
}
