/**
 * Whether a text is a trust root of Sigstore (`trusted_root.json`), told by its form alone: whom to trust for certificates and for logs.
 *
 * Every key says since when it is valid: without that a verifier takes it for valid since ever.
 */
import { z } from 'zod';
import { readStrictJson } from '../checks/strict-json.ts';

const base64 = z.string().regex(/^[A-Za-z0-9+/]+={0,2}$/, 'is not base64');
const validFor = z.object({ start: z.iso.datetime('is no time'), end: z.iso.datetime('is no time').optional() });
const log = z.object({
  baseUrl: z.string(),
  publicKey: z.object({ rawBytes: base64, keyDetails: z.string(), validFor }),
  logId: z.object({ keyId: base64 }),
});
const authority = z.object({
  certChain: z.object({ certificates: z.array(z.object({ rawBytes: base64 })).min(1, 'is empty') }),
  validFor,
});
const trustRoot = z.object({
  mediaType: z.string().startsWith('application/vnd.dev.sigstore.trustedroot', 'is not that of a trust root'),
  certificateAuthorities: z.array(authority).min(1, 'is empty'),
  tlogs: z.array(log).min(1, 'is empty'),
  ctlogs: z.array(log).min(1, 'is empty'),
  timestampAuthorities: z.array(authority).optional(),
});

/** `undefined`: it is one. */
export function trustRootProblem(text: string): string | undefined {
  const json = readStrictJson(new TextEncoder().encode(text));
  if (json.kind === 'garbled') return `is no trust root of Sigstore ("trusted_root.json"): ${json.problem}.`;
  const read = trustRoot.safeParse(json.value);
  if (read.success) return undefined;
  const [issue] = read.error.issues;
  const at = issue?.path.join('.') || 'its beginning';
  const what = issue?.code === 'invalid_type' ? 'is missing or of the wrong type' : issue?.message;
  return `is no trust root of Sigstore ("trusted_root.json"): "${at}" ${what}.`;
}
