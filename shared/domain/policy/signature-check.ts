/**
 * Reads a `signature` check: who has to have signed a candidate. Keys and the trust root are files of the policy folder, so that a change of
 * them is a change of the check.
 */
import { z } from 'zod';
import type { SignatureCheck } from '../check.ts';
import type { ExpectedIdentity } from '../signatures/identity.ts';
import { canonicalJson } from './canonical-json.ts';
import { reportTimeout, type CheckReader } from './check-reader.ts';
import { readFields } from './fields.ts';
import type { Place } from './place.ts';
import type { PolicyFiles } from './policy-files.ts';
import { publicKeyProblem } from './public-key.ts';
import { policyPath, repositoryReference } from './schemas.ts';
import { trustRootProblem } from './trust-root.ts';

const MOST_SIGNERS = 20;
const NOTATION =
  'Signatures of the Notary Project are not verified yet. Use "keys" or "identities", which are for signatures of cosign, or remove it.';

export const signatureKeyFields = {
  mode: z
    .enum(['required', 'if-present', 'off'], 'there is "required", "if-present" and "off"')
    .default('required')
    .meta({
      description:
        '`required`: what is not signed fails; `if-present`: it passes and the evidence says so, and what is signed by others fails; `off`: nothing is asked',
      examples: ['if-present'],
    }),
  late: z
    .enum(['allowed', 'refused'], 'there is "allowed", which is the default, and "refused"')
    .default('allowed')
    .meta({
      description:
        'with `required`, for what has no signature: `allowed` asks again after 1 and 10 minutes before it fails, since a signature is made after the push; `refused` fails it at once',
      examples: ['refused'],
    }),
  keys: z
    .array(policyPath)
    .min(1, 'name at least one, or leave it out')
    .max(MOST_SIGNERS, `${MOST_SIGNERS} at most`)
    .optional()
    .meta({
      description: 'public keys in PEM form, files of the policy folder: ECDSA P-256, Ed25519, RSA',
      examples: [['keys/cosign.pub']],
    }),
  identities: z.unknown().meta({
    title: 'list of mappings',
    description: 'whom a certificate (keyless signing) has to name',
  }),
  trustRoot: policyPath.optional().meta({
    description:
      'for `identities`: the trust root of Sigstore, a file of the policy folder; a new one is needed when its logs change',
    examples: ['trust/trusted_root.json'],
  }),
  reference: repositoryReference.optional().meta({
    description:
      'the repository that the signature has to name as the one it was made for; a signature of cosign 3 names none. Left out, only the digest counts',
    examples: ['docker.io/library/node'],
  }),
};

const SUBJECT_RULE =
  'a subject is an e-mail address or a URI; "*" is any text without "/" and "@", and what stands before the first "/" or after the "@" is written out';

export const identityFields = {
  subject: z
    .string()
    .min(1)
    .max(1000)
    .refine((text) => /^(?:[a-z][a-z0-9+.-]*:\/\/[^*/]+(?:\/.*)?|[^@/]+@[^@/*]+)$/.test(text), SUBJECT_RULE)
    .meta({
      description: 'the e-mail address or URI that the certificate is for; `*` is any text without "/" and "@"',
      examples: ['https://github.com/acme/app/.github/workflows/release.yml@refs/tags/v*'],
    }),
  issuer: z
    .url({ protocol: /^https$/, error: 'an issuer is an https address, exactly as the certificate has it' })
    .meta({
      description: 'the identity provider that vouched for it, exactly',
      examples: ['https://token.actions.githubusercontent.com'],
    }),
  repository: z
    .string()
    .min(1)
    .max(1000)
    .optional()
    .meta({
      description:
        'the source repository that the certificate names, exactly; needed where the subject is a workflow that others call too',
      examples: ['https://github.com/acme/app'],
    }),
};

export const signatureFields = { signature: z.unknown() };

export const signatureReader: CheckReader = {
  fields: signatureFields,
  read(name, place, { folder, hash }): SignatureCheck | undefined {
    reportTimeout(place);
    const at = place.child('signature');
    if (!at.isMapping) {
      at.problem('signature: expected a mapping, such as { keys: [keys/cosign.pub] }.');
      return undefined;
    }
    const read = readFields(at, signatureKeyFields, { notBuilt: { notation: NOTATION } });
    const keys = read.keys?.map((path, index) => readKey(path, at.child('keys').child(index), folder)) ?? [];
    const identities = readIdentities(at.child('identities'));
    const trustRoot = readTrustRoot(at, { path: read.trustRoot, folder });
    const has = (key: string) => at.child(key).value !== undefined;

    if (read.mode !== 'off' && !has('keys') && !has('identities') && !has('notation')) {
      at.problem('signature: name who has to have signed, by "keys" or by "identities" with a "trustRoot".');
      return undefined;
    }
    if (has('identities') && !has('trustRoot')) {
      at.child('identities').problemAtKey('"trustRoot" is missing: without it no certificate can be trusted.');
      return undefined;
    }
    if (has('trustRoot') && !has('identities')) {
      at.child('trustRoot').problemAtKey('trustRoot: it is for "identities", and there are none.');
      return undefined;
    }
    const wrong = ['keys', 'trustRoot', 'reference'].some(
      (key) => has(key) && read[key as keyof typeof read] === undefined,
    );
    const files = keys.every((key) => key !== undefined) && (!has('trustRoot') || trustRoot !== undefined);
    if (
      wrong ||
      !files ||
      has('notation') ||
      read.mode === undefined ||
      read.late === undefined ||
      identities === undefined
    )
      return undefined;
    const asked = {
      kind: 'signature' as const,
      mode: read.mode,
      late: read.late,
      keys,
      identities,
      ...(trustRoot === undefined ? {} : { trustRoot }),
      ...(read.reference === undefined ? {} : { reference: read.reference }),
    };
    return { ...asked, name, hash: hash(canonicalJson(asked)) };
  },
};

function readKey(path: string, at: Place, folder: PolicyFiles): { path: string; pem: string } | undefined {
  const pem = folder.read(path, at);
  if (pem === undefined) return undefined;
  const problem = publicKeyProblem(pem);
  if (problem === undefined) return { path, pem };
  at.problem(`keys: "${path}" ${problem}`);
  return undefined;
}

function readTrustRoot(
  at: Place,
  { path, folder }: { path: string | undefined; folder: PolicyFiles },
): string | undefined {
  const named = at.child('trustRoot');
  const text = path === undefined ? undefined : folder.read(path, named);
  const problem = text === undefined ? undefined : trustRootProblem(text);
  if (problem === undefined) return text;
  named.problem(`trustRoot: "${path}" ${problem}`);
  return undefined;
}

function readIdentities(at: Place): ExpectedIdentity[] | undefined {
  if (at.value === undefined) return [];
  if (!Array.isArray(at.value) || at.value.length === 0 || at.value.length > MOST_SIGNERS) {
    at.problem(`identities: expected a list of 1 to ${MOST_SIGNERS} mappings, each with "subject" and "issuer".`);
    return undefined;
  }
  const identities = at.value.map((_, index): ExpectedIdentity | undefined => {
    const place = at.child(index);
    const { subject, issuer, repository } = readFields(place, identityFields);
    if (subject === undefined || issuer === undefined) return undefined;
    if (place.child('repository').value !== undefined && repository === undefined) return undefined;
    return { subject, issuer, ...(repository === undefined ? {} : { repository }) };
  });
  return identities.every((one) => one !== undefined) ? identities : undefined;
}
