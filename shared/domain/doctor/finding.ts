/** What the doctor says: one finding for one thing, with why it matters and what mends it. */

/** `unseen`: it could not be looked at, so nothing is known of it. */
export type Severity = 'error' | 'warning' | 'unseen';

export interface Finding {
  /** Of its kind, for programs: `missing-right`. */
  code: string;
  severity: Severity;
  what: string;
  /** A resource id, a reference, or a setting. */
  where: string;
  /** What comes of it when it stays as it is. */
  why: string;
  /** A command, or what to change. */
  fix: string;
}

/** What was looked at. `absent`: it is not there. */
export type Seen<T> = { kind: 'seen'; value: T } | { kind: 'absent' } | Unseen;

export interface Unseen {
  kind: 'unseen';
  /** `the tasks of registry base` */
  what: string;
  why: string;
  where: string;
  /** What whoever asked lacks. */
  right?: string;
}

const ORDER: Severity[] = ['error', 'warning', 'unseen'];

/** Errors first; among equals, in the order they were found. */
export const sorted = (findings: Finding[]): Finding[] =>
  findings.toSorted((a, b) => ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity));

/** What of it could be looked at. */
export const valueOf = <T>(seen: Seen<T> | undefined): T | undefined =>
  seen?.kind === 'seen' ? seen.value : undefined;

export const unseenFinding = ({ what, why, where, right }: Unseen): Finding => ({
  code: 'not-seen',
  severity: 'unseen',
  what: `${what} could not be looked at`,
  where,
  why,
  fix:
    right === undefined
      ? 'call this again where and when it can be reached'
      : `sign in as somebody who has ${right}, and call this again`,
});
