/** What another policy would have decided: each decision as of its time, by the rules themselves, and what that does to the ones after it. */
import fc from 'fast-check';
import { describe, expect, it, test } from 'vitest';
import type { GatePolicy } from '../../../shared/domain/gate-policy.ts';
import type { Outcome } from '../../../shared/domain/outcome.ts';
import type { RecordedCandidate } from '../../../shared/domain/recorded.ts';
import { whatIf } from '../../../shared/domain/what-if.ts';
import { A, B, C, done, MINUTE, NOW, subjectOf } from './gate-builders.ts';
import { OUTCOMES, REASONS } from './every-kind.ts';
import { approval, flips, gateOf, HOUR, policyOf, recorded, settled, unique } from './what-if-builders.ts';

const promoted = settled({ kind: 'promoted', unique });
const failed = { functional: done('fail') };
const today = { functional: done('pass') };

test.each<[string, Partial<GatePolicy>, Partial<RecordedCandidate>, string[]]>([
  [
    'asks for approval',
    { approval },
    promoted,
    [
      'flips: was promoted as 15-alpine-ca1; would wait: it waits for approval by people with the role release-manager: 0 of 1 given',
    ],
  ],
  [
    'soaks for longer',
    { soakMs: 2 * HOUR },
    promoted,
    [
      'flips: was promoted as 15-alpine-ca1; would wait: it has not been seen long enough, until 2026-03-02T11:00:00.000Z',
    ],
  ],
  ['soaks, for less than it was seen', { soakMs: HOUR }, promoted, []],
  [
    'has another check',
    { checks: [{ name: 'functional', hash: 'tomorrow' }] },
    promoted,
    ['unknown: was promoted as 15-alpine-ca1; to be checked: functional'],
  ],
  [
    'has one more check',
    { checks: [...policyOf().checks, { name: 'scan', hash: 'new' }] },
    promoted,
    ['unknown: was promoted as 15-alpine-ca1; to be checked: scan'],
  ],
  [
    'asks for another platform',
    { platforms: ['linux/arm64'] },
    promoted,
    ['unknown: was promoted as 15-alpine-ca1; it is not in the quarantine registry yet'],
  ],
  ['only observes', { mode: 'observe' }, promoted, ['flips: was promoted as 15-alpine-ca1; would only be observed']],
  [
    'freezes that hour',
    { freeze: [{ kind: 'weekly', from: { day: 'Mon', minute: 0 }, to: { day: 'Tue', minute: 0 }, zone: 'UTC' }] },
    promoted,
    [
      'flips: was promoted as 15-alpine-ca1; would wait: frozen by the policy: Mon 00:00 to Tue 00:00 (UTC), until 2026-03-03T00:00:00.000Z',
    ],
  ],
  [
    'leaves out the check that failed',
    { checks: [{ name: 'scan', hash: 'scan' }] },
    {
      evidence: { ...failed, scan: done('pass', { checkHash: 'scan' }) },
      ...settled({ kind: 'rejected', reason: REASONS['check-failed'] }),
    },
    ['flips: was rejected: check failed: functional (exit code 1); would be promoted'],
  ],
  [
    'keeps what was overtaken',
    { whenReplaced: 'keep' },
    settled({ kind: 'superseded', by: 2 }),
    ['flips: was superseded by number 2; would be promoted'],
  ],
  [
    'keeps what was withdrawn',
    { whenReplaced: 'keep' },
    settled({ kind: 'rejected', reason: REASONS.withdrawn }),
    ['flips: was rejected: upstream has withdrawn it; would be promoted'],
  ],
  [
    'keeps, and a person had stopped it',
    { whenReplaced: 'keep' },
    { aborted: { by: 'ada', why: 'no' }, ...settled({ kind: 'rejected', reason: REASONS.aborted }) },
    [],
  ],
  [
    'asks for approval, and a check had failed',
    { approval },
    { evidence: failed, ...settled({ kind: 'rejected', reason: REASONS['check-failed'] }) },
    [],
  ],
  [
    'soaks for longer, of one that is open',
    { soakMs: 3 * HOUR },
    {},
    ['flips: it is to be promoted; would wait: it has not been seen long enough, until 2026-03-02T12:00:00.000Z'],
  ],
  [
    'asks for nothing else, of one that has trouble',
    {},
    { trouble: { message: 'no answer', times: 1, retryAt: NOW + HOUR } },
    [],
  ],
])('a policy that %s', (_, policy, change, expected) => {
  expect(flips(policy, [recorded({ evidence: today, ...change })])).toEqual(expected);
});

it('turns observing into promoting', () => {
  const observing = policyOf({ mode: 'observe' });

  expect(flips({}, [recorded(settled({ kind: 'observed' }))], { policy: observing })).toEqual([
    'flips: was only observed; would be promoted',
  ]);
});

it('judges what was decided as of then, and what is open as of now', () => {
  const older = recorded(settled({ kind: 'promoted', unique }, NOW + 2 * HOUR));

  expect(flips({ soakMs: 2 * HOUR }, [older])).toEqual([]);
  expect(flips({ soakMs: 2 * HOUR }, [recorded()])).toHaveLength(1);
});

it('leaves what a later promotion overtook as it was, also where replaced ones are kept', () => {
  const later = recorded({ digest: B, sequence: 2, ...promoted });
  const overtaken = recorded(settled({ kind: 'superseded', by: 2 }));

  expect(flips({ whenReplaced: 'keep' }, [overtaken, later])).toEqual([]);
});

it('leaves a promotion alone that was recalled only afterwards', () => {
  const recalled = [{ digest: A, subject: subjectOf(A), by: 'ada', why: 'bad', at: NOW + MINUTE }];

  expect(flips({ soakMs: HOUR }, [recorded(promoted)], { recalled })).toEqual([]);
});

it('holds a recall that was lifted later against what was decided while it stood, and only that', () => {
  const lifted = { by: 'bob', why: 'the wrong one', at: NOW + MINUTE };
  const recalled = [{ digest: A, subject: subjectOf(A), by: 'ada', why: 'bad', at: NOW - MINUTE, lifted }];
  const rejected = settled({ kind: 'rejected', reason: { kind: 'recalled', by: 'ada', why: 'bad' } });

  expect(flips({ soakMs: HOUR }, [recorded(rejected)], { recalled })).toEqual([]);
  expect(
    flips({}, [recorded(promoted)], { recalled: recalled.map((one) => ({ ...one, lifted: { ...lifted, at: NOW } })) }),
  ).toEqual([]);
});

it('lets what took the place of a recalled one wait for no approval', () => {
  const recalled = [{ digest: B, subject: subjectOf(B), by: 'ada', why: 'bad', at: NOW - MINUTE }];
  const restored = recorded({ restores: { over: B, subject: subjectOf(A), unique }, ...promoted });

  expect(flips({ approval }, [restored], { recalled })).toEqual([]);
});

it('says it of the newest first', () => {
  const all = [A, B, C].map((digest, index) =>
    recorded({
      digest,
      sequence: index + 1,
      evidence: { functional: done('pass', { digest: subjectOf(digest) }) },
      ...promoted,
    }),
  );

  const turned = whatIf(gateOf(), all, { policy: policyOf({ approval }), now: NOW });

  expect(turned.map(({ digest }) => digest)).toEqual([C, B, A]);
});

describe('the policy that is in force', () => {
  const outcomes = [
    ...Object.values(OUTCOMES),
    ...Object.values(REASONS).map((reason): Outcome => ({ kind: 'rejected', reason })),
  ];
  const policies = fc.record({
    soakMs: fc.constantFrom(0, HOUR, 3 * HOUR),
    checks: fc.constantFrom(policyOf().checks, [{ name: 'functional', hash: 'other' }], []),
    approval: fc.constantFrom(undefined, approval),
    mode: fc.constantFrom(undefined, 'observe' as const),
    whenReplaced: fc.constantFrom(undefined, 'keep' as const),
  });
  const candidates = fc.record({
    end: fc.option(fc.constantFrom(...outcomes)),
    verdict: fc.constantFrom('pass' as const, 'fail' as const, 'unknown' as const),
    sequence: fc.integer({ min: 1, max: 3 }),
  });

  it('turns nothing over, whatever was recorded', () => {
    fc.assert(
      fc.property(policies, fc.array(candidates, { maxLength: 4 }), (wanted, kept) => {
        const { approval: asked, mode, whenReplaced, ...rest } = wanted;
        const policy = policyOf({
          ...rest,
          ...(asked ? { approval: asked } : {}),
          ...(mode ? { mode } : {}),
          ...(whenReplaced ? { whenReplaced } : {}),
        });
        const all = kept.map(({ end, verdict, sequence }) =>
          recorded({ sequence, evidence: { functional: done(verdict) }, ...(end ? settled(end) : {}) }),
        );

        expect(whatIf(gateOf({ policy }), all, { policy, now: NOW })).toEqual([]);
      }),
    );
  });
});
