/**
 * The `signature` check: what was found of signatures, and what that means.
 *
 * There is no silent pass: one accepted signature passes and is named; without one, what could not be read is unknown, what was signed by
 * somebody else fails, and nothing at all fails when a signature is required. `if-present` says that the image is not signed.
 */
import type { SignatureCheck } from '../check.ts';
import type { Judgement } from './judgement.ts';
import { printable } from './printable.ts';

/** What one signature turned out to be. */
export type Examined =
  /** `by`: the key or the identity. */
  | { kind: 'accepted'; by: string }
  /** A signature, and not one that the policy accepts. */
  | { kind: 'refused'; why: string }
  /** It may be a signature, and nobody can tell. */
  | { kind: 'unreadable'; why: string }
  /** A signature of a kind that is not verified yet. */
  | { kind: 'unsupported'; what: string }
  /** Something else that is attached to the image, such as an SBOM. */
  | { kind: 'other' };

export interface Found {
  /** What it would sign: `the upstream's index sha256:…`. */
  signed: string;
  /** Where it was found: `tag sha256-….sig`, `referrer sha256:…`. */
  at: string;
  examined: Examined;
}

const MOST_REASONS = 10;

/** A signature is made after the image was pushed, and a gate may be quicker. The tries before this one are a minute and ten apart. */
const TRIES_UNTIL_FAIL = 3;

export interface Looked {
  found: Found[];
  /** Why not all of it was looked at. */
  unfinished?: string;
}

/** `tries`: how often this was asked, this time included. */
export function judgeSignature(
  check: SignatureCheck,
  { found, unfinished, tries }: Looked & { tries: number },
): Judgement {
  const { mode, late, keys, identities } = check;
  if (mode === 'off') return { verdict: 'pass', reasons: ['signatures are not asked for: the policy says "off"'] };
  const accepted = found.find(({ examined }) => examined.kind === 'accepted');
  if (accepted) return { verdict: 'pass', reasons: [say(accepted)] };

  const ofKind = (...kinds: Examined['kind'][]) => found.filter(({ examined }) => kinds.includes(examined.kind));
  const unsure = ofKind('unreadable', ...(mode === 'if-present' ? (['unsupported'] as const) : []));
  if (unsure.length > 0 || unfinished !== undefined) {
    const why = unfinished === undefined ? [] : [unfinished];
    return { verdict: 'unknown', reasons: shown([...why, ...unsure.map(say), ...ofKind('refused').map(say)]) };
  }
  const refused = ofKind('refused');
  if (refused.length > 0) {
    return { verdict: 'fail', reasons: shown(['it is signed, and by nobody the policy accepts', ...refused.map(say)]) };
  }
  if (mode === 'if-present')
    return { verdict: 'pass', reasons: ['it is not signed, which the policy lets pass ("if-present")'] };
  const wanted = [...keys.map(({ path }) => `key ${path}`), ...identities.map(({ subject }) => subject)].join(' or ');
  return {
    verdict: late === 'allowed' && tries < TRIES_UNTIL_FAIL ? 'unknown' : 'fail',
    reasons: shown([`it is not signed; a signature by ${wanted} is required`, ...ofKind('unsupported').map(say)]),
  };
}

function say({ signed, at, examined }: Found): string {
  switch (examined.kind) {
    case 'accepted':
      return `${signed} is signed by ${printable(examined.by)} (${at})`;
    case 'refused':
    case 'unreadable':
      return `${at}: ${printable(examined.why)}`;
    case 'unsupported':
      return `${at}: ${printable(examined.what)} is not verified yet`;
    case 'other':
      return `${at}: no signature`;
  }
}

function shown(reasons: string[]): string[] {
  const rest = reasons.length - MOST_REASONS;
  return rest > 0 ? [...reasons.slice(0, MOST_REASONS), `and ${rest} more`] : reasons;
}
