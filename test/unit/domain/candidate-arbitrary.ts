/** Arbitrary candidates, with what was found out about them: few digests and small numbers, so that what should collide does. */
import fc from 'fast-check';
import type { Approval, Approvals } from '../../../shared/domain/approvals.ts';
import type { Candidate, Evidence } from '../../../shared/domain/gate-state.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import { A, B, C, digestOf, done, manual, MINUTE, NOW, promotion, subjectOf } from './gate-builders.ts';
import { mostly, optional, rarely, withoutUndefined } from './optional.ts';

export const CHECKS = ['functional', 'size'];
export const HASHES = ['today', 'today', 'yesterday'];
/** Some candidates share a subject: two indexes with the same image in them. */
export const SUBJECTS = [subjectOf(A), subjectOf(B), digestOf('f')];

export const sequence = fc.integer({ min: 1, max: 5 });
const past = fc.integer({ min: NOW - 300 * MINUTE, max: NOW });
const around = fc.integer({ min: NOW - 300 * MINUTE, max: NOW + 300 * MINUTE });
export const future = fc.integer({ min: NOW + 1, max: NOW + 300 * MINUTE });
export const opening = fc.integer({ min: 1, max: 2 });

const asked = {
  checkHash: fc.constantFrom(...HASHES),
  attempt: fc.integer({ min: 1, max: 9 }),
  tries: fc.integer({ min: 1, max: 5 }),
  opening,
  startedAt: past,
};

export const running: fc.Arbitrary<Evidence> = fc
  .record({
    ...asked,
    state: fc.constant<'running'>('running'),
    deadlineAt: around,
    runId: optional(fc.constant<string>('ca9')),
  })
  .map(withoutUndefined);

const removes = rarely(fc.constantFrom({ critical: 1 }, { low: 3 }, {}));

export const ended: fc.Arbitrary<Evidence> = fc
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
    .record({ opening, removes, expiresAt: rarely(around) })
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

/** Mostly of the subject and every check as it is now, so that it often counts. */
export const approvals = (covers: Approval['covers']): fc.Arbitrary<Approvals> =>
  fc
    .record({
      since: mostly(past),
      given: fc.array(
        fc.record({
          by: fc.constantFrom('ada', 'bob', 'cyd'),
          why: fc.constant('fine'),
          at: past,
          role: fc.constantFrom('operator' as const, 'release-manager' as const),
          covers: fc.oneof(
            { weight: 4, arbitrary: fc.constant(covers) },
            { weight: 1, arbitrary: fc.constant({ ...covers, subject: digestOf('d') }) },
          ),
        }),
        { minLength: 1, maxLength: 4 },
      ),
      refused: rarely(fc.constant({ by: 'dan', why: 'no', at: NOW - MINUTE })),
    })
    .map(withoutUndefined);

const overrides = fc.array(
  fc
    .record({
      skip: fc.constantFrom('soak' as const, 'freeze' as const),
      by: fc.constant('ada'),
      why: fc.constant('hotfix'),
      at: past,
      agreed: optional(fc.constant({ by: 'bob', why: 'yes', at: NOW })),
    })
    .map(withoutUndefined),
  { minLength: 1, maxLength: 2 },
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

export const candidate: fc.Arbitrary<Candidate> = mostly(fc.constantFrom(...SUBJECTS))
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
        overrides: rarely(overrides),
        restores: rarely(
          fc
            .constantFrom(A, B, C)
            .map((over) => ({ over, subject: subject ?? digestOf('e'), unique: promotion(A, 1).unique })),
        ),
        unusable: rarely(fc.constant<string>('too many manifests')),
        trouble: rarely(fc.record({ message: fc.constant<string>('busy'), times: sequence, retryAt: around })),
        evidence: evidenceOf(images),
      })
      .map(withoutUndefined),
  );
