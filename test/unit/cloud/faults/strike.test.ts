import { expect, test } from 'vitest';
import { askedOf } from '../../../../local/cloud/faults/asked.ts';
import { plan, type Rule } from '../../../../local/cloud/faults/rules.ts';
import { isFor, strikes } from '../../../../local/cloud/faults/strike.ts';

const rule = (given: object): Rule => {
  const [parsed] = plan.parse({ rules: [{ rate: 1, fault: { kind: 'reset' }, ...given }] }).rules;
  if (!parsed) throw new Error('no rule');
  return parsed;
};
const REGISTRY = '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerRegistry/registries/base';

test.each([
  [{}, 'vault', 'GET', '/secrets/a', true],
  [{ service: 'vault' }, 'vault', 'GET', '/secrets/a', true],
  [{ service: 'vault' }, 'arm', 'GET', '/subscriptions/s', false],
  [{ service: 'registry' }, 'registry basereg', 'GET', '/v2/', true],
  [{ service: 'registry', registry: 'BaseReg' }, 'registry basereg', 'GET', '/v2/', true],
  [{ service: 'registry', registry: 'other' }, 'registry basereg', 'GET', '/v2/', false],
  [{ service: 'registry' }, 'arm', 'GET', REGISTRY, false],
  [{ service: 'registry-management' }, 'arm', 'GET', REGISTRY, true],
  [{ service: 'arm' }, 'arm', 'GET', REGISTRY, true],
  [{ service: 'tasks' }, 'arm', 'POST', `${REGISTRY}/scheduleRun`, true],
  [{ service: 'tasks' }, 'arm', 'GET', `${REGISTRY}/runs/ca1`, true],
  [{ service: 'tasks' }, 'arm', 'POST', `${REGISTRY}/importImage`, false],
  [{ operation: 'post *importimage' }, 'arm', 'POST', `${REGISTRY}/importImage`, true],
  [{ operation: 'GET *' }, 'arm', 'POST', `${REGISTRY}/importImage`, false],
  // The dot is a dot, and the pattern is for the whole.
  [{ operation: 'GET /secrets/a.b' }, 'vault', 'GET', '/secrets/aXb', false],
  [{ operation: 'secrets' }, 'vault', 'GET', '/secrets/a', false],
])('%j is for %s %s %s: %s', (given, listener, method, path, matches) => {
  expect(isFor(rule(given), askedOf(listener, method, path))).toBe(matches);
});

const fates = (given: object, seed: number, requests = 1000): boolean[] =>
  Array.from({ length: requests }, (_, before) => strikes(rule(given), { seed, rule: 0, before }));

test('strikes the share that was asked for, the same ones with the same seed', () => {
  const given = { rate: 0.2 };

  const first = fates(given, 7);

  expect(first.filter(Boolean).length).toBeGreaterThan(150);
  expect(first.filter(Boolean).length).toBeLessThan(250);
  expect(fates(given, 7)).toEqual(first);
  expect(fates(given, 8)).not.toEqual(first);
});

test('strikes never at 0, always at 1, and the next ones when they are counted', () => {
  expect(fates({ rate: 0 }, 1).some(Boolean)).toBe(false);
  expect(fates({ rate: 1 }, 1).every(Boolean)).toBe(true);
  expect(fates({ rate: undefined, next: 2 }, 1, 4)).toEqual([true, true, false, false]);
});

test.each([
  [{ fault: { kind: 'reset' } }, 'rate or next'],
  [{ rate: 0.1, next: 1, fault: { kind: 'reset' } }, 'rate or next'],
  [{ rate: 2, fault: { kind: 'reset' } }, 'rate'],
  [{ rate: 1, fault: { kind: 'error', status: 418 } }, 'status'],
  [{ rate: 1, service: 'mainframe', fault: { kind: 'reset' } }, 'service'],
  [{ rate: 1, service: 'vault', registry: 'base', fault: { kind: 'reset' } }, 'registry needs'],
])('refuses the rule %j', (given, said) => {
  const parsed = plan.safeParse({ rules: [given] });

  expect(parsed.success).toBe(false);
  expect(JSON.stringify(parsed.error?.issues)).toContain(said);
});
