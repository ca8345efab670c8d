import { expect, test } from 'vitest';
import type { ContainerRecord, ContainerState } from '../../../../local/cloud/instances/group.ts';
import { afterEnd, nextBackOffMs } from '../../../../local/cloud/instances/restart.ts';

const NOW = Date.UTC(2026, 10, 24, 6);
const running: ContainerRecord = {
  name: 'main',
  containerId: 'c1',
  restarts: 4,
  current: { state: 'Running', startTime: '2026-11-24T05:59:50Z', detailStatus: '' },
  events: [],
};
const ended = (exitCode: number): ContainerState => ({ state: 'Terminated', exitCode, detailStatus: 'Error' });

test.each([
  ['Always', 0, true],
  ['Always', 1, true],
  ['OnFailure', 0, false],
  ['OnFailure', 1, true],
  ['Never', 0, false],
  ['Never', 1, false],
] as const)('%s, exit code %i: starts again: %s', (policy, exitCode, again) => {
  const record = afterEnd(running, ended(exitCode), { policy, ranMs: 10_000, now: NOW });

  expect(record.restartAt !== undefined).toBe(again);
  expect(record.current).toEqual(ended(exitCode));
});

test('waits before the second restart, and says so as Azure does', () => {
  const record = afterEnd({ ...running, backOffMs: 0 }, ended(3), { policy: 'Always', ranMs: 10_000, now: NOW });

  expect(record).toMatchObject({
    restartAt: NOW + 10_000,
    current: { state: 'Waiting', detailStatus: 'CrashLoopBackOff: Back-off 10s restarting failed' },
    previous: ended(3),
    events: [{ name: 'BackOff', count: 1, lastTimestamp: '2026-11-24T06:00:00Z' }],
  });
});

test.each([
  ['nothing before', undefined, 5_000, 0],
  ['at once before', 0, 5_000, 10_000],
  ['doubles', 10_000, 5_000, 20_000],
  ['up to five minutes', 160_000, 5_000, 300_000],
  ['and no longer', 300_000, 5_000, 300_000],
  ['forgotten after ten minutes of running', 160_000, 600_000, 0],
])('%s', (_, last, ranMs, expected) => {
  expect(nextBackOffMs(last, ranMs)).toBe(expected);
});
