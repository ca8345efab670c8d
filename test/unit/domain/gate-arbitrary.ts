/**
 * Arbitrary states of a gate, as a look may answer them: few digests and small numbers, so that what should collide does. Half of them are
 * one or two steps away from a promotion, so that each thing that may still stop it is met often, and alone.
 */
import fc from 'fast-check';
import type { Approval, ApprovalRule } from '../../../shared/domain/approvals.ts';
import type { FreezeWindow } from '../../../shared/domain/freeze.ts';
import type { Candidate, GateState } from '../../../shared/domain/gate-state.ts';
import { questionsOf } from '../../../shared/domain/questions.ts';
import type { Digest } from '../../../shared/domain/reference.ts';
import {
  approvals,
  candidate,
  CHECKS,
  ended,
  future,
  HASHES,
  opening,
  running,
  sequence,
  SUBJECTS,
} from './candidate-arbitrary.ts';
import { A, B, C, digestOf, done, intention, MINUTE, NOW, promotion, shadow, subjectOf } from './gate-builders.ts';
import { mostly, optional, rarely, withoutUndefined } from './optional.ts';

const approvalRules: fc.Arbitrary<ApprovalRule> = fc.record({
  quorum: fc.constantFrom(1, 1, 2),
  role: fc.constantFrom('operator' as const, 'release-manager' as const),
  expiresMs: fc.constantFrom(30 * MINUTE, 400 * MINUTE),
});
const checks = fc.subarray(CHECKS, { minLength: 1 }).chain((names) =>
  fc.tuple(
    ...names.map((name) =>
      fc
        .record({
          name: fc.constant(name),
          hash: fc.constantFrom(...HASHES),
          alone: rarely(fc.constant(true as const)),
          whole: rarely(fc.constant(true as const)),
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

/** NOW is a Monday, ten in the morning in UTC. */
const WINDOWS: FreezeWindow[] = [
  { kind: 'weekly', from: { day: 'Fri', minute: 960 }, to: { day: 'Mon', minute: 720 }, zone: 'Europe/Berlin' },
  { kind: 'weekly', from: { day: 'Sat', minute: 0 }, to: { day: 'Sun', minute: 1440 }, zone: 'UTC' },
];
const undone = { by: 'bob', why: 'the wrong one', at: NOW };
const recallOf = (digest: Digest) => ({ digest, subject: subjectOf(digest), by: 'ada', why: 'CVE', at: NOW - MINUTE });
const personFreeze = (until: number) => ({ by: 'ada', why: 'black friday', at: NOW - 60 * MINUTE, until });

/** As a look answers it: of the current one, unless that is open once more. */
const standingOf = (state: GateState, drawn: Candidate, again: boolean): Candidate | undefined => {
  const { current, open } = state;
  if (!current || open.some(({ digest }) => digest === current.digest)) return undefined;
  const { restores: _, ...standing } = { ...drawn, digest: current.digest };
  return { ...standing, ...(again ? { again: { subject: current.subject, since: NOW - 5 * MINUTE } } : {}) };
};

const anyState: fc.Arbitrary<GateState> = fc
  .record({
    requested: fc.nat(9),
    policy: fc
      .record({
        checks,
        soakMs: fc.constantFrom(0, 0, 30 * MINUTE),
        mode: rarely(fc.constant('observe' as const)),
        whenReplaced: rarely(fc.constant('keep' as const)),
        approval: rarely(approvalRules),
        freeze: rarely(fc.subarray(WINDOWS, { minLength: 1 })),
        fastLane: rarely(fc.constant({ removes: 'high' as const, approvals: 1 })),
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
    hold: rarely(
      fc.constantFrom(
        { by: 'ada', why: 'release week', at: NOW - MINUTE },
        { by: 'ada', why: 'incident', at: NOW - MINUTE, everything: true as const },
      ),
    ),
    freeze: rarely(fc.constantFrom(...[-2, -1, 60].map((minutes) => personFreeze(NOW + minutes * MINUTE)))),
    recalled: rarely(
      fc
        .subarray([A, B, C], { minLength: 1 })
        .chain((all) =>
          fc
            .subarray(all)
            .map((lifted) =>
              all.map((one) => ({ ...recallOf(one), ...(lifted.includes(one) ? { lifted: undone } : {}) })),
            ),
        ),
    ),
    earlier: rarely(
      fc.array(
        fc
          .record({
            digest: fc.constantFrom(A, B, C),
            at: sequence,
            state: fc.constantFrom('untried' as const, 'tried' as const, 'under-way' as const),
          })
          .map(({ digest, at, state }) => {
            const { subject, unique } = promotion(digest, at);
            return { digest, subject, unique, sequence: at, state };
          }),
        { maxLength: 3 },
      ),
    ),
    failures: fc.nat(9),
    open: fc.uniqueArray(candidate, { selector: ({ digest }) => digest, maxLength: 3 }),
    overtaken: rarely(rarely(fc.constantFrom(A, B, C))),
    drawn: rarely(fc.tuple(candidate, fc.boolean())),
  })
  .map(({ drawn, ...state }) => {
    const found: GateState = withoutUndefined(state);
    const standing = drawn && standingOf(found, ...drawn);
    return { ...found, ...(standing ? { standing } : {}) };
  });

/** Its current digest was recalled, and something earlier is left. */
const recalled = ({ intention: _, hold: __, ...state }: GateState): GateState => {
  const current = promotion(C, 5);
  const { subject, unique } = promotion(B, 2);
  const earlier = [{ digest: B, subject, unique, sequence: 2, state: 'untried' as const }];
  return { ...state, current, stable: current.subject, recalled: [recallOf(C)], earlier };
};

/** Nothing is open, so that it is about the current one. */
const current: fc.Arbitrary<GateState> = fc
  .tuple(anyState, candidate, fc.boolean())
  .map(([{ intention: _, recalled: __, overtaken: ___, ...other }, drawn, again]) => {
    const one = promotion(C, 5);
    const state = { ...other, current: one, stable: one.subject, followersDue: false, open: [] };
    const standing = standingOf(state, drawn, again);
    return { ...state, ...(standing ? { standing } : {}) };
  });

/** Nothing is under way or amiss at the gate itself, so that it is about its candidates. */
const settled = ({ intention: _, stable: __, ...state }: GateState): GateState => ({
  ...state,
  followersDue: false,
  ...(state.current ? { stable: state.current.subject } : {}),
});

/** Nothing stands in the way of A: each question has its passing answer, which may end later; it may be what is put back over a recalled C. */
const readyState: fc.Arbitrary<GateState> = fc
  .record({
    platforms: fc.constantFrom(1, 1, 2),
    whole: rarely(fc.constant(true as const)),
    expiresAt: optional(future),
    opening,
    over: rarely(fc.constant(C)),
  })
  .map(({ platforms, whole, expiresAt, opening: now, over }) => {
    const subject = subjectOf(A);
    const images = [
      { platform: 'linux/amd64', digest: platforms === 1 ? subject : subjectOf(B) },
      { platform: 'linux/arm64', digest: digestOf('f') },
    ].slice(0, platforms);
    const policy = {
      checks: CHECKS.map((name) => ({
        name,
        hash: 'today',
        ...(whole && name === 'size' ? { whole } : {}),
      })),
      soakMs: 30 * MINUTE,
    };
    const until = expiresAt === undefined ? {} : { expiresAt };
    const answers = questionsOf(policy, { subject, images }).map(({ id, platform, digest }) => [
      id,
      done('pass', { digest, platform, opening: now, ...until }),
    ]);
    const { unique } = promotion(A, 2);
    const candidate: Candidate = {
      ...{ digest: A, sequence: 2, seenSince: NOW - 60 * MINUTE, opening: now, subject, images },
      ...(over ? { restores: { over, subject, unique } } : {}),
      evidence: Object.fromEntries(answers) as Candidate['evidence'],
    };
    const current = promotion(C, over ? 4 : 1);
    return {
      ...{ requested: 1, policy, upstream: { kind: 'at' as const, digest: A }, latestSighting: over ? 4 : 2 },
      ...{ current, stable: current.subject, followersDue: false, failures: 0, open: [candidate] },
      ...(over ? { recalled: [recallOf(over)] } : {}),
    };
  });

/** Of one that is ready, up to two things are as they happen to be in another. */
const almostReady: fc.Arbitrary<GateState> = fc
  .tuple(
    readyState,
    anyState,
    fc.subarray(
      [
        'upstream',
        'latestSighting',
        'current',
        'hold',
        'freeze',
        'recalled',
        'intention',
        'open',
        'overtaken',
      ] as const,
      { maxLength: 1 },
    ),
    fc.subarray(['soakMs', 'mode', 'approval', 'freeze', 'checks'] as const, { maxLength: 1 }),
    fc.subarray(['evidence', 'images', 'sequence', 'seenSince', 'aborted', 'manual', 'unusable', 'trouble'] as const, {
      maxLength: 1,
    }),
    rarely(fc.tuple(fc.nat(3), fc.oneof(running, ended))),
  )
  .map(([ready, other, keys, policyKeys, candidateKeys, answer]) => {
    const [candidate] = ready.open;
    const [from] = other.open;
    if (!candidate) throw new Error('a state that is ready has its candidate');
    const evidence = { ...candidate.evidence };
    const asked = Object.keys(evidence);
    const one = answer && asked[answer[0] % asked.length];
    if (one !== undefined && answer) evidence[one] = answer[1];
    const open = [{ ...candidate, evidence, ...(from ? only(from, candidateKeys) : {}) }];
    const policy = { ...ready.policy, ...only(other.policy, policyKeys) };
    return { ...ready, ...only(other, keys), policy, ...(keys.some((key) => key === 'open') ? {} : { open }) };
  });

const only = <T extends object, K extends keyof T>(of: T, keys: K[]): Pick<T, K> =>
  Object.fromEntries(keys.flatMap((key) => (key in of ? [[key, of[key]]] : []))) as Pick<T, K>;

export const gateStates: fc.Arbitrary<GateState> = fc.oneof(
  { weight: 8, arbitrary: almostReady },
  { weight: 6, arbitrary: anyState },
  { weight: 2, arbitrary: anyState.map(settled) },
  { weight: 1, arbitrary: anyState.map(recalled) },
  { weight: 2, arbitrary: current },
);
const passingNow = ({ policy }: GateState, one: Candidate): Approval['covers']['checks'] =>
  Object.fromEntries(questionsOf(policy, one).map(({ id, hash }) => [id, { hash, verdict: 'pass' as const }]));

/** Of gates that ask for approval, with what people have said; nothing is held, frozen or soaking, which would hide it. */
export const approvalStates: fc.Arbitrary<GateState> = fc
  .tuple(gateStates, approvalRules)
  .chain(([{ hold: _, freeze: __, ...state }, approval]) => {
    const { freeze: ___, ...policy } = { ...state.policy, soakMs: 0, approval };
    const open = state.open.map((one) =>
      fc
        .record({
          approvals: approvals({ subject: one.subject ?? digestOf('e'), checks: passingNow(state, one) }),
          requestedBy: rarely(fc.constant<string[]>(['ada'])),
        })
        .map((change): Candidate => ({ ...one, ...withoutUndefined(change) })),
    );
    return fc.tuple(...open).map((candidates) => ({ ...state, policy, open: candidates }));
  });
