/** Small builders for states of a gate: a base state in which one candidate is ready to be promoted, and changes to it. */
import type {
  Candidate,
  Evidence,
  GateState,
  Intention,
  Promotion,
  Shadow,
} from '../../../shared/domain/gate-state.ts';
import { digest as digestSchema, tag, type Digest } from '../../../shared/domain/reference.ts';

export const NOW = Date.parse('2026-03-02T10:00:00.000Z');
export const MINUTE = 60_000;

/** A digest of one repeated hex digit. */
export const digestOf = (hex: string): Digest => digestSchema.parse(`sha256:${hex.repeat(64)}`);
/** What is promoted of the image with that digest: another digest, as with an index. */
export const subjectOf = (digest: Digest): Digest => digestSchema.parse(`${digest.slice(0, -2)}00`);

export const A = digestOf('a');
export const B = digestOf('b');
export const C = digestOf('c');

type Done = Extract<Evidence, { state: 'done' }>;
type Running = Extract<Evidence, { state: 'running' }>;

/** A verdict of today's hash that ended a minute ago. */
export const done = (verdict: Done['verdict'], change: Partial<Done> = {}): Done => ({
  state: 'done',
  checkHash: 'today',
  attempt: 1,
  tries: 1,
  opening: 1,
  runId: 'ca1',
  startedAt: NOW - 2 * MINUTE,
  finishedAt: NOW - MINUTE,
  verdict,
  reasons: verdict === 'pass' ? [] : [`said ${verdict}`],
  digest: subjectOf(A),
  platform: 'linux/amd64',
  tool: 'docker:28-cli',
  ...change,
});

export const running = (change: Partial<Running> = {}): Running => ({
  state: 'running',
  checkHash: 'today',
  attempt: 1,
  tries: 1,
  opening: 1,
  runId: 'ca1',
  startedAt: NOW - MINUTE,
  deadlineAt: NOW + 10 * MINUTE,
  ...change,
});

/** In quarantine, passed, seen for an hour. */
export function candidate(change: Partial<Candidate> = {}): Candidate {
  const digest = change.digest ?? A;
  const subject = change.subject ?? subjectOf(digest);
  return {
    digest,
    sequence: 1,
    seenSince: NOW - 60 * MINUTE,
    opening: 1,
    subject,
    images: [{ platform: 'linux/amd64', digest: subject }],
    evidence: { functional: done('pass', { digest: subject }) },
    ...change,
  };
}

/** The same candidate before its intake. */
export function sighted(change: Partial<Candidate> = {}): Candidate {
  const { subject: _, images: __, ...rest } = candidate({ evidence: {}, ...change });
  return rest;
}

export const manual = { by: 'ada', why: 'needed today', at: NOW - MINUTE };

export const promotion = (digest: Digest, sequence: number): Promotion => ({
  digest,
  subject: subjectOf(digest),
  sequence,
  unique: tag.parse(`15-alpine-ca${sequence}`),
  at: NOW - 60 * MINUTE,
});

export const shadow = (digest: Digest, sequence: number): Shadow => ({ digest, sequence, at: NOW - 60 * MINUTE });

export const intention = (digest: Digest, sequence: number): Intention => ({
  digest,
  subject: subjectOf(digest),
  sequence,
  unique: tag.parse(`15-alpine-ca${sequence}`),
  attempt: 7,
});

/** The upstream names A, which is ready; nothing was promoted yet. The stable tag names the current digest, unless the change says otherwise. */
export const gate = (change: Partial<GateState> = {}): GateState => ({
  requested: 3,
  policy: { checks: [{ name: 'functional', hash: 'today' }], soakMs: 0 },
  upstream: { kind: 'at', digest: A },
  latestSighting: 1,
  followersDue: false,
  failures: 0,
  open: [candidate()],
  ...(change.current ? { stable: change.current.subject } : {}),
  ...change,
});
