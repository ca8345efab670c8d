/** A policy that is uploaded while the app runs: what becomes of a gate at its next round. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { PolicyRead } from '../../shared/ports/policies.ts';
import { packPolicy, unpackPolicy } from '../../shared/domain/uploaded-policy.ts';
import { policiesFrom } from '../../shared/policies.ts';
import { GATES, GROUP, SETTINGS } from '../unit/domain/policy-fixture.ts';
import { gateWorld, green, type GateWorld } from './gate-world.ts';

let world: GateWorld;
/** What lies in the container. */
let there: PolicyRead;
beforeEach(() => {
  world = gateWorld();
  const { policies, ledger } = world.ports;
  const reader = { read: async () => there };
  policies.current = policiesFrom({ reader, settings: SETTINGS, ledger, now: () => world.clock.now() }).current;
});
afterEach(() => world.close());

function upload(soak: string): void {
  const text = packPolicy([
    { path: 'gates.yaml', text: GATES.replace('soak: 3d', `soak: ${soak}`) },
    { path: 'apps/web.yaml', text: GROUP },
    { path: 'checks/node.sh', text: 'node --version\n' },
  ]);
  there = { kind: 'files', version: text, files: unpackPolicy(text) ?? [] };
}
async function startWith(soak: string) {
  upload(soak);
  const digest = world.push(green);
  await world.wake('runGate', 'node');
  await world.pass(3_000);
  return digest;
}
const rests = () => world.calls.filter(({ name }) => name === 'restGate').length;

it('takes effect at the next round of a story that is at work', async () => {
  const digest = await startWith('3d');

  upload('0s');
  world.endCheck(0);
  await world.pass(60_000);

  expect(await world.stable()).toBe(digest);
  expect(rests()).toBe(1); // It was never started again.
});

it('has no effect when it is invalid, and is announced once', async () => {
  const digest = await startWith('0s');

  upload('three days');
  world.endCheck(0);
  await world.pass(60_000);
  for (let sweeps = 0; sweeps < 2; sweeps += 1) {
    await world.wake('sweep', '');
    await world.pass(3_000);
  }

  expect(await world.stable()).toBe(digest);
  const refusals = world.ports.announcements.announced.filter(({ type }) => type === 'policyRefused');
  expect(refusals.map(({ data }) => data['problems'])).toEqual([
    [expect.stringContaining('"three days" is no duration')],
  ]);
});

it('stays in force while it cannot be read', async () => {
  const digest = await startWith('0s');

  there = { kind: 'unreadable', problem: 'the storage is away' };
  world.endCheck(0);
  await world.pass(60_000);

  expect(await world.stable()).toBe(digest);
  const { problems } = await world.ports.policies.current();
  expect(problems).toEqual([expect.stringMatching(/^the storage is away \(since \d{4}-.*Z\)$/)]);
});
