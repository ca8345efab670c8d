import { expect, test } from 'vitest';
import { afterAnswer, firstHealth } from '../../../../local/cloud/instances/health.ts';

const probe = { exec: { command: ['true'] }, initialDelaySeconds: 4, periodSeconds: 7, failureThreshold: 2 };
const failure = { kind: 'failure', message: 'no' } as const;
const NOW = 1_000_000;

test('asks first after the initial delay, and then in each period', () => {
  const first = firstHealth(probe, NOW);

  const next = afterAnswer(probe, first, { kind: 'success' }, NOW + 4_500);

  expect(first.dueAt).toBe(NOW + 4_000);
  expect(next.dueAt).toBe(NOW + 11_500);
});

test('is unhealthy after as many failures in a row as it takes', () => {
  const once = afterAnswer(probe, firstHealth(probe, NOW), failure, NOW);
  const twice = afterAnswer(probe, once, failure, NOW);

  expect([once.unhealthy, twice.unhealthy]).toEqual([false, true]);
});

test('counts anew after a success', () => {
  const once = afterAnswer(probe, firstHealth(probe, NOW), failure, NOW);
  const well = afterAnswer(probe, once, { kind: 'success' }, NOW);

  expect(afterAnswer(probe, well, failure, NOW).unhealthy).toBe(false);
});

test('takes what Kubernetes takes for what is left out', () => {
  const bare = { exec: { command: ['true'] } };

  const twice = [failure, failure].reduce((health, answer) => afterAnswer(bare, health, answer, NOW), {
    ...firstHealth(bare, NOW),
    unhealthy: false,
  });

  expect(twice).toMatchObject({ dueAt: NOW + 10_000, failures: 2, unhealthy: false });
  expect(afterAnswer(bare, twice, failure, NOW).unhealthy).toBe(true);
});
