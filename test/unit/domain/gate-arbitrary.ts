/**
 * Arbitrary states of a gate, as a look may answer them: few digests and small numbers, so that what should collide does. Half of the
 * candidates have passed their checks, so that what may still stop a promotion is met often.
 */
import fc from 'fast-check';
import type { Candidate, Evidence, GateState } from '../../../shared/domain/gate-state.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import {
  A,
  B,
  C,
  digestOf,
  done,
  intention,
  manual,
  MINUTE,
  NOW,
  promotion,
  shadow,
  subjectOf,
} from './gate-builders.ts';
import { mostly, optional, rarely, withoutUndefined } from './optional.ts';

const CHECKS = ['functional', 'size'];
const HASHES = ['today', 'today', 'yesterday'];
/** Some candidates share a subject: two indexes with the same image in them. */
const SUBJECTS = [subjectOf(A), subjectOf(B), digestOf('f')];

const sequence = fc.integer({ min: 1, max: 5 });
const past = fc.integer({ min: NOW - 300 * MINUTE, max: NOW });
const around = fc.integer({ min: NOW - 300 * MINUTE, max: NOW + 300 * MINUTE });
const future = fc.integer({ min: NOW + 1, max: NOW + 300 * MINUTE });
const opening = fc.integer({ min: 1, max: 2 });

const asked = {
  checkHash: fc.constantFrom(...HASHES),
  attempt: fc.integer({ min: 1, max: 9 }),
  tries: fc.integer({ min: 1, max: 5 }),
  opening,
  startedAt: past,
};

const running: fc.Arbitrary<Evidence> = fc
  .record({
    ...asked,
    state: fc.constant<'running'>('running'),
    deadlineAt: around,
    runId: optional(fc.constant<string>('ca9')),
  })
  .map(withoutUndefined);

const ended: fc.Arbitrary<Evidence> = fc
  .record({
    ...asked,
    finishedAt: past,
    verdict: fc.constantFrom('pass', 'fail', 'unknown'),
    digest: fc.constantFrom(...SUBJECTS),
    expiresAt: rarely(around),
  })
  .map((change) => done(change.verdict, withoutUndefined(change)));

const passed = (subject: Digest): fc.Arbitrary<Evidence> =>
  fc
    .record({ opening, expiresAt: rarely(around) })
    .map((change) => done('pass', { digest: subject, ...withoutUndefined(change) }));

type Images = NonNullable<Candidate['images']>;

/** The subject itself, or an index of two. */
const imagesOf = (subject: Digest | undefined): fc.Arbitrary<Images> =>
  fc.oneof(
    { weight: 3, arbitrary: fc.constant<Images>([{ platform: 'linux/amd64', digest: subject ?? digestOf('e') }]) },
    {
      weight: 1,
      arbitrary: fc.constant<Images>([
        { platform: 'linux/amd64', digest: subjectOf(A) },
        { platform: 'linux/arm64', digest: subjectOf(B) },
      ]),
    },
  );

/** Of each check about each image, by the id of the question. */
const questions = (images: Images) =>
  CHECKS.flatMap((name) =>
    images.map(({ platform, digest }) => ({ id: images.length === 1 ? name : `${name}:${platform}`, digest })),
  );

const evidenceOf = (images: Images): fc.Arbitrary<Candidate['evidence']> =>
  fc.oneof(
    fc.dictionary(fc.constantFrom(...questions(images).map(({ id }) => id)), fc.oneof(running, ended), { maxKeys: 4 }),
    fc.record(Object.fromEntries(questions(images).map(({ id, digest }) => [id, passed(digest)]))),
  );

const candidate: fc.Arbitrary<Candidate> = mostly(fc.constantFrom(...SUBJECTS))
  .chain((subject) => fc.tuple(fc.constant(subject), imagesOf(subject)))
  .chain(([subject, images]) =>
    fc
      .record({
        digest: fc.constantFrom(A, B, C),
        sequence,
        seenSince: past,
        opening,
        manual: optional(fc.constant(manual)),
        aborted: rarely(fc.constant({ by: 'ada', why: 'no' })),
        subject: fc.constant(subject),
        images: fc.constant(subject && images),
        unusable: rarely(fc.constant<string>('too many manifests')),
        trouble: rarely(fc.record({ message: fc.constant<string>('busy'), times: sequence, retryAt: around })),
        evidence: evidenceOf(images),
      })
      .map(withoutUndefined),
  );

const checks = fc.subarray(CHECKS, { minLength: 1 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc
        .record({
          name: fc.constant(name),
          hash: fc.constantFrom(...HASHES),
          alone: rarely(fc.constant(true as const)),
        })
        .map(withoutUndefined),
    ),
  ),
);

const upstream: fc.Arbitrary<GateState['upstream']> = fc.oneof(
  { weight: 3, arbitrary: fc.constantFrom(A, B, C).map((digest) => ({ kind: 'at' as const, digest })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'gone' as const }) },
  { weight: 1, arbitrary: future.map((askAgainAt) => ({ kind: 'unsure' as const, askAgainAt })) },
  { weight: 1, arbitrary: fc.constant({ kind: 'unreachable' as const, message: 'refused' }) },
);

const intended = fc
  .record({ digest: fc.constantFrom(A, B, C), at: sequence, subject: fc.constantFrom(...SUBJECTS) })
  .map(({ digest, at, subject }) => ({ ...intention(digest, at), subject }));

export const gateStates: fc.Arbitrary<GateState> = fc
  .record({
    requested: fc.nat(9),
    policy: fc
      .record({
        checks,
        soakMs: fc.constantFrom(0, 0, 30 * MINUTE),
        mode: rarely(fc.constant('observe' as const)),
        whenReplaced: rarely(fc.constant('keep' as const)),
      })
      .map(withoutUndefined),
    upstream,
    latestSighting: fc.nat(5),
    current: optional(
      fc.record({ digest: fc.constantFrom(A, B, C), at: sequence }).map(({ digest, at }) => promotion(digest, at)),
    ),
    intention: fc.oneof({ weight: 2, arbitrary: fc.constant(undefined) }, { weight: 1, arbitrary: intended }),
    followersDue: fc.nat(5).map((n) => n === 0),
    shadow: rarely(
      fc.record({ digest: fc.constantFrom(A, B, C), at: sequence }).map((one) => shadow(one.digest, one.at)),
    ),
    stable: optional(fc.constantFrom(...SUBJECTS)),
    stableIsAttempt: optional(fc.constant(true as const)),
    // Mostly said already, or every state with a drift would be about nothing else.
    driftAnnounced: mostly(fc.constantFrom('none' as const, ...SUBJECTS)),
    adopted: optional(fc.constantFrom('none' as const, ...SUBJECTS)),
    hold: rarely(fc.constant({ by: 'ada', why: 'release week', at: NOW - MINUTE })),
    failures: fc.nat(9),
    open: fc.uniqueArray(candidate, { selector: ({ digest }) => digest, maxLength: 3 }),
  })
  .map(withoutUndefined);
