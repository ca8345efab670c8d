import { expect, test } from 'vitest';
import type { Action } from '../../../local/host/durable/actions.ts';
import { episodeTraps, inputTraps } from '../../../local/host/durable/traps.ts';
import type { Replay } from '../../../local/host/durable/replayer.ts';

const calm: Replay = {
  decisions: [],
  outcome: { kind: 'running' },
  nextId: 0,
  unmatchedEvents: { buffered: [], awaited: [] },
};
const retryOptions = { firstRetryIntervalInMilliseconds: 1, maxNumberOfAttempts: 2, retryTimeoutInMilliseconds: 9 };
const hasty: Action = { actionType: 1, functionName: 'work', retryOptions };

test.each<[string, Parameters<typeof episodeTraps>, RegExp]>([
  ['a boolean input', [[{ actionType: 0, functionName: 'work', input: true }], calm, null], /"work" gets a boolean/],
  [
    'a retry timeout, also in a group',
    [[{ actionType: 12, compoundActions: [hasty] }], calm, null],
    /the orchestration hangs/,
  ],
  ['a custom status over 16 KB', [[], calm, 'x'.repeat(8 * 1024 + 1)], /larger than 16 KB/],
  [
    'an event in another case',
    [[], { ...calm, unmatchedEvents: { buffered: ['Go'], awaited: ['go'] } }, null],
    /event "Go" .* waits for "go"/,
  ],
])('warns of %s', (_what, episode, warning) => {
  expect(episodeTraps(...episode)).toEqual([expect.stringMatching(warning)]);
});

test('says nothing about what is fine', () => {
  const fine: Action = { actionType: 0, functionName: 'work', input: { flag: true } };
  const unmatchedEvents = { buffered: ['other'], awaited: ['go'] };

  expect(episodeTraps([fine], { ...calm, unmatchedEvents }, 'x'.repeat(8 * 1024))).toEqual([]);
  expect(inputTraps({ timestamp: 1, at: [{ time: 2 }] })).toEqual([]);
});

test('warns of a property that arrives as a Date, at any depth', () => {
  expect(inputTraps({ list: [{ Timestamp: 'text' }] })).toEqual([expect.stringContaining('"Timestamp"')]);
});
