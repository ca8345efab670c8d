/** What a person can do: an answer for every outcome, every reason and every action, and in each the words to type. */
import { describe, expect, it, test } from 'vitest';
import { adviceOnAction, adviceOnOutcome, adviceOnReason } from '../../../shared/domain/advice.ts';
import type { CanBeDone } from '../../../shared/domain/ways-on.ts';
import { ACTIONS, OUTCOMES, REASONS } from './every-kind.ts';
import { A } from './gate-builders.ts';

const ABOUT = { gate: 'node', digest: A, approver: 'operator' as const, content: '41f0c2d97be2a6d0' };

const all: [string, CanBeDone[]][] = [
  ...Object.values(REASONS).map((one): [string, CanBeDone[]] => [`reason ${one.kind}`, adviceOnReason(one, ABOUT)]),
  ...Object.values(OUTCOMES).map((one): [string, CanBeDone[]] => [`outcome ${one.kind}`, adviceOnOutcome(one, ABOUT)]),
  ...Object.values(ACTIONS).map((one): [string, CanBeDone[]] => [`action ${one.kind}`, adviceOnAction(one, ABOUT)]),
];

test.each(all)('%s: somebody can do something, and is told what to type', (_, advice) => {
  expect(advice).not.toEqual([]);
  for (const { what, command } of advice) {
    expect(what).not.toBe('');
    expect(command).toMatch(/^gated-import [a-z-]+ /);
  }
  expect(new Set(advice.map(({ command, what }) => `${command} ${what}`)).size).toBe(advice.length);
});

const commands = (advice: CanBeDone[]) => advice.map(({ by, command }) => `${by}: ${command}`);
const because = "--reason '<why>'";

test.each<[keyof typeof REASONS, string[]]>([
  ['nothing-to-do', [`operator: gated-import promote node ${because}`]],
  [
    'soaking',
    [
      `operator: gated-import override node ${A} --skip soak ${because}`,
      `operator: gated-import abort node ${A} ${because}`,
      'policy: gated-import what-if <policy folder>',
    ],
  ],
  [
    'frozen',
    [
      `operator: gated-import override node ${A} --skip freeze ${because}`,
      `operator: gated-import thaw ${because}`,
      `operator: gated-import abort node ${A} ${because}`,
      'policy: gated-import what-if <policy folder>',
    ],
  ],
  ['held', [`operator: gated-import resume node ${because}`, `operator: gated-import abort node ${A} ${because}`]],
  [
    'approval-wanted',
    [
      `operator: gated-import approve node ${A} --about 41f0c2d97be2a6d0 ${because}`,
      `operator: gated-import refuse node ${A} ${because}`,
    ],
  ],
  [
    'check-failed',
    [
      `viewer: gated-import log node ${A} functional`,
      `operator: gated-import recheck node ${A} ${because}`,
      'policy: gated-import what-if <policy folder>',
    ],
  ],
  [
    'recalled',
    [
      `operator: gated-import promote node <digest> ${because}`,
      `operator: gated-import recall node ${A} --lift ${because}`,
    ],
  ],
])('%s is answered with these commands', (kind, expected) => {
  expect(commands(adviceOnReason(REASONS[kind], ABOUT))).toEqual(expected);
});

describe('a hold', () => {
  it('on everything is lifted on everything', () => {
    expect(commands(adviceOnReason(REASONS.held, { ...ABOUT, heldOn: 'everything' }))[0]).toBe(
      `operator: gated-import resume ${because}`,
    );
  });
});

it('names the role that the gate lets approve', () => {
  const advice = adviceOnReason(REASONS['approval-wanted'], { ...ABOUT, approver: 'release-manager' });

  expect(advice.map(({ by }) => by)).toEqual(['release-manager', 'release-manager']);
});

it('offers the approvals of a fast lane while it soaks', () => {
  const advice = adviceOnReason({ kind: 'soaking', fastLane: 1 }, ABOUT);

  expect(commands(advice)[0]).toContain('gated-import approve node');
});

it('offers to lift a recall of what was promoted, and not to recall it once more', () => {
  const advice = adviceOnOutcome({ kind: 'promoted' }, { ...ABOUT, recalled: true });

  expect(commands(advice).filter((one) => one.includes(' recall '))).toEqual([
    `operator: gated-import recall node ${A} --lift ${because}`,
  ]);
});

it('of a gate without a candidate names no digest', () => {
  const said = Object.values(REASONS).flatMap((one) => commands(adviceOnReason(one, { gate: 'node' })));

  expect(said.join('\n')).not.toContain('undefined');
  expect(said.join('\n')).not.toContain('sha256:');
});
