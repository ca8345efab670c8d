import { expect, test } from 'vitest';
import { toRun, toRunState } from '../../../shared/azure/run-status.ts';

test.each([
  ['Queued', 'running'],
  ['Started', 'running'],
  ['Running', 'running'],
  ['Succeeded', 'succeeded'],
  ['Failed', 'failed'],
  ['Canceled', 'canceled'],
  ['Error', 'error'],
  ['Timeout', 'timeout'],
  ['TIMEOUT', 'timeout'],
  ['Paused', 'running'],
  [undefined, 'running'],
])('a run that Azure calls %s is %s', (status, state) => {
  expect(toRunState(status)).toBe(state);
});

test('tells what a run pushed, and leaves out what has no digest', () => {
  const digest = `sha256:${'ab'.repeat(32)}`;

  const run = toRun('cf2', {
    status: 'Succeeded',
    finishTime: new Date(1_700_000_000_000),
    outputImages: [
      { registry: 'team.example.io', repository: 'hello-world', tag: 'cf2', digest },
      { registry: 'team.example.io', repository: 'hello-world', tag: 'not-pushed' },
    ],
  });

  expect(run).toEqual({
    runId: 'cf2',
    state: 'succeeded',
    finishedAt: 1_700_000_000_000,
    outputs: [{ repository: 'hello-world', tag: 'cf2', digest }],
  });
});
