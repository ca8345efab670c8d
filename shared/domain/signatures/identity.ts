/**
 * Whom a certificate names, held against whom the policy names: subject and issuer, both, the whole of each.
 *
 * In a subject `*` is any text without "/" and "@", so that it cannot reach over into another part of an address.
 */
import { matchesPattern } from '../checks/pattern.ts';

export interface ExpectedIdentity {
  /** An e-mail address or a URI, with `*`. */
  subject: string;
  /** Of the identity provider, exactly. */
  issuer: string;
  /** The source repository, where the subject is a workflow that others may call too. */
  repository?: string;
}

export interface CertificateIdentity {
  subject?: string;
  issuer?: string;
  repository?: string;
}

export function isIdentity(found: CertificateIdentity, expected: ExpectedIdentity): boolean {
  const { subject, issuer, repository } = found;
  if (subject === undefined || issuer === undefined) return false;
  if (issuer !== expected.issuer || !matchesSubject(subject, expected.subject)) return false;
  return expected.repository === undefined || expected.repository === repository;
}

/** For a person. */
export const sayIdentity = ({ subject, issuer, repository }: CertificateIdentity): string =>
  `${subject ?? 'nobody'} (issuer ${issuer ?? 'unknown'}${repository === undefined ? '' : `, repository ${repository}`})`;

/** The parts between separators are compared one by one, so `*` ends where its part does; in linear time but for the length of a part. */
function matchesSubject(subject: string, pattern: string): boolean {
  const parts = subject.split(SEPARATOR);
  const expected = pattern.split(SEPARATOR);
  return parts.length === expected.length && parts.every((part, at) => matchesPattern(part, expected[at] ?? ''));
}

/** Captured, so that the separators are compared too. */
const SEPARATOR = /([/@])/;
