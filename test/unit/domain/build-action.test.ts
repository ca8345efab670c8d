import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import { nextBuildAction, type BuildAction } from '../../../shared/domain/build-action.ts';
import type { Bases, ImageState, Version } from '../../../shared/domain/image-state.ts';
import { A, B, C, MINUTE, NOW } from './gate-builders.ts';
import { optional, rarely, withoutUndefined } from './optional.ts';

/** Built from `node`, whose current digest is A; the newest version stands on B. */
const state = (change: Partial<ImageState> = {}): ImageState => ({
  requested: 2,
  builtFrom: ['node'],
  newest: version(),
  today: { node: A },
  attempts: 4,
  followDue: false,
  ...change,
});

const version = (change: Partial<Version> = {}): Version => ({
  digest: C,
  number: 3,
  at: NOW - 60 * MINUTE,
  base: { gate: 'node', digest: B },
  ...change,
});

const { base: _, ...onNothing } = version();
const { builtFrom: __, ...teamsOwn } = state();
const { newest: ___, ...unknown } = state();
const underWay = { attempt: 4, given: { node: A }, startedAt: NOW - MINUTE, deadlineAt: NOW + 60 * MINUTE };
const failed = (times: number, at = NOW - MINUTE) => ({ given: { node: A }, times, at, message: 'step build failed' });

const hold = { by: 'ada', why: 'incident', at: NOW - MINUTE };
const held = (gate?: string): BuildAction => ({
  kind: 'rest',
  reason: { kind: 'held', by: 'ada', why: 'incident', ...(gate ? { gate } : {}) },
});

const freezes = { person: { by: 'ada', why: 'sale', at: NOW - MINUTE, until: NOW + MINUTE } };

const build = (given: Bases = { node: A }): BuildAction => ({ kind: 'build', attempt: 5, given });
const upToDate: BuildAction = { kind: 'rest', reason: { kind: 'up-to-date' } };
const buildFailed = (times: number, dueAt?: number): BuildAction => ({
  kind: 'rest',
  reason: { kind: 'build-failed', times, message: 'step build failed' },
  ...(dueAt === undefined ? {} : { dueAt }),
});

describe('an image', () => {
  test.each<[sentence: string, state: ImageState, action: BuildAction]>([
    ['is watched while its build runs', state({ build: { ...underWay, runId: 'ca3' } }), { kind: 'watch', seconds: 6 }],
    [
      'is watched before its newest version is handed on',
      state({ build: { ...underWay, runId: 'ca3' }, followDue: true }),
      { kind: 'watch', seconds: 6 },
    ],
    ['is built again when a build was written down and never scheduled', state({ build: underWay }), build()],
    ['hands its newest version to the apps', state({ followDue: true }), { kind: 'follow' }],
    [
      'hands its newest version on before it is built anew',
      state({ followDue: true, failure: failed(3) }),
      { kind: 'follow' },
    ],
    ['that has no build rests', teamsOwn, { kind: 'rest', reason: { kind: 'no-build' } }],
    [
      'whose newest version stands on no promoted base is left to its team',
      state({ newest: onNothing }),
      { kind: 'rest', reason: { kind: 'base-not-proved' } },
    ],
    [
      'of a gate that promoted nothing yet waits for it',
      state({ today: {} }),
      { kind: 'rest', reason: { kind: 'no-promotion', gates: ['node'] } },
    ],
    [
      'of several gates names those that promoted nothing yet',
      state({ builtFrom: ['node', 'nginx', 'redis'] }),
      { kind: 'rest', reason: { kind: 'no-promotion', gates: ['nginx', 'redis'] } },
    ],
    [
      'built from today’s base is up to date',
      state({ newest: version({ base: { gate: 'node', digest: A } }) }),
      upToDate,
    ],
    [
      'built from today’s base is up to date even if an earlier build failed',
      state({ newest: version({ base: { gate: 'node', digest: A } }), failure: failed(1) }),
      upToDate,
    ],
    [
      'is up to date with a base of an earlier stage, by what its build was given',
      state({
        builtFrom: ['node', 'nginx'],
        today: { node: B, nginx: A },
        newest: version({ base: { gate: 'nginx', digest: A }, given: { node: B, nginx: A } }),
      }),
      upToDate,
    ],
    [
      'is built when the base of an earlier stage has changed',
      state({
        builtFrom: ['node', 'nginx'],
        today: { node: C, nginx: A },
        newest: version({ base: { gate: 'nginx', digest: A }, given: { node: B, nginx: A } }),
      }),
      build({ node: C, nginx: A }),
    ],
    [
      'is not up to date by what it was given when its layers prove another base of the same gate',
      state({ newest: version({ base: { gate: 'node', digest: B }, given: { node: A } }) }),
      build(),
    ],
    ['is not built while everything is held', state({ hold }), held()],
    [
      'is not built while a gate that it is built from is held',
      state({ hold: { ...hold, gate: 'node' } }),
      held('node'),
    ],
    [
      'is not built while what a gate promoted is frozen',
      state({ freezes: { node: freezes } }),
      { kind: 'rest', reason: { kind: 'frozen', why: 'by ada: sale', gate: 'node' }, dueAt: NOW + MINUTE },
    ],
    [
      'is built when the freeze is over',
      state({ freezes: { node: { person: { ...freezes.person, until: NOW } } } }),
      build(),
    ],
    [
      'is built though another gate is frozen that it stands on already',
      state({
        freezes: { go: freezes },
        builtFrom: ['node', 'go'],
        today: { node: A, go: C },
        newest: version({ given: { node: B, go: C } }),
      }),
      build({ node: A, go: C }),
    ],
    [
      'is not built while what a gate promoted last is recalled',
      state({ recalled: ['node'] }),
      { kind: 'rest', reason: { kind: 'recalled', gates: ['node'] } },
    ],
    [
      'is built in place of what stands on a recalled digest, though its gate is held and frozen',
      state({ replacesRecalled: true, hold: { ...hold, gate: 'node' }, freezes: { node: freezes } }),
      build(),
    ],
    ['is not built in place of it while everything is held', state({ replacesRecalled: true, hold }), held()],
    ['says that it is held before it says that its build failed', state({ hold, failure: failed(3, 0) }), held()],
    [
      'built from today’s base is up to date, held or not',
      state({ hold, newest: version({ base: { gate: 'node', digest: A } }) }),
      upToDate,
    ],
    ['hands its newest version on though it is held', state({ hold, followDue: true }), { kind: 'follow' }],
    [
      'is watched while its build runs, held or not',
      state({ hold, build: { ...underWay, runId: 'ca3' } }),
      { kind: 'watch', seconds: 6 },
    ],
    ['rests with a back-off after a failed build', state({ failure: failed(2) }), buildFailed(2, NOW + MINUTE)],
    ['is built again when that is over', state({ failure: failed(2, NOW - 2 * MINUTE) }), build()],
    ['waits for another base after the third failure', state({ failure: failed(3, 0) }), buildFailed(3)],
    [
      'is built at once on another base than the one that failed',
      state({ today: { node: C }, failure: failed(3) }),
      build({ node: C }),
    ],
    ['is built when its base is not today’s', state(), build()],
    ['is built when there is no version of it', unknown, build()],
  ])('%s', (_sentence, given, action) => expect(nextBuildAction(given, NOW)).toEqual(action));
});

describe('the decision about an image, in any state,', () => {
  it('is one action, and never a build while one runs, while it is held, without every base, on the bases of its newest version, or after three failures', () => {
    const kinds = new Set<string>();
    fc.assert(
      fc.property(imageStates, (given) => {
        const action = nextBuildAction(given, NOW);

        kinds.add(action.kind);
        if (action.kind === 'build') {
          expect(given.build?.runId).toBeUndefined();
          expect(given.hold).toBeUndefined();
          expect(action.attempt).toBe(given.attempts + 1);
          expect(action.given).toEqual(
            Object.fromEntries((given.builtFrom ?? []).map((gate) => [gate, given.today[gate]])),
          );
          expect(Object.values(action.given)).not.toContain(undefined);
          const { base, given: before } = given.newest ?? {};
          const known = { ...before, ...(base ? { [base.gate]: base.digest } : {}) };
          expect(action.given).not.toEqual(known);
          if (given.failure && given.failure.times >= 3) expect(action.given).not.toEqual(given.failure.given);
        }
        if (action.kind === 'rest' && action.dueAt !== undefined) expect(action.dueAt).toBeGreaterThan(NOW);
      }),
      { numRuns: 2_000 },
    );
    expect([...kinds].toSorted()).toEqual(['build', 'follow', 'rest', 'watch']);
  });
});

const digest = fc.constantFrom(A, B, C);
const bases = fc.record({ node: digest, nginx: digest });
const someBases = fc.record({ node: digest, nginx: digest }, { requiredKeys: [] });

const imageStates: fc.Arbitrary<ImageState> = fc
  .record({
    requested: fc.nat(9),
    builtFrom: fc.constantFrom<(string[] | undefined)[]>(undefined, ['node'], ['node', 'nginx'], ['node', 'nginx']),
    newest: optional(
      fc
        .record({
          digest,
          number: fc.nat(9),
          at: fc.constant(NOW - MINUTE),
          base: optional(fc.record({ gate: fc.constantFrom<string>('node', 'nginx'), digest })),
          given: optional(bases),
        })
        .map(withoutUndefined),
    ),
    today: someBases,
    build: optional(
      fc
        .record({
          attempt: fc.nat(9),
          given: bases,
          startedAt: fc.integer({ min: NOW - 90 * MINUTE, max: NOW }),
          deadlineAt: fc.constant(NOW + MINUTE),
          runId: optional(fc.constant<string>('ca4')),
        })
        .map(withoutUndefined),
    ),
    failure: optional(
      fc.record({
        given: bases,
        times: fc.integer({ min: 1, max: 4 }),
        at: fc.integer({ min: NOW - 90 * MINUTE, max: NOW }),
        message: fc.constant<string>('failed'),
      }),
    ),
    hold: rarely(fc.constant({ by: 'ada', why: 'incident', at: NOW - MINUTE })),
    attempts: fc.nat(9),
    followDue: fc.nat(3).map((n) => n === 0),
  })
  .map(withoutUndefined);
