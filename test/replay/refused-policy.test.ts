/** A policy that is refused is announced once, and the one before goes on. */
import { afterEach, expect, it } from 'vitest';
import { gateWorld, green, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

const refusals = () => world.ports.announcements.announced.filter(({ type }) => type === 'policyRefused');
async function sweep() {
  await world.wake('sweep', '');
  await world.pass(3_000);
}

it('announces each refused policy once, with what is wrong with it and which one stays in force', async () => {
  world = gateWorld();
  world.ports.policies.break(['gates.yaml:8:11  soak: "x" is no duration'], 'f1'.repeat(32));
  await sweep();
  await sweep();
  world.ports.policies.break(['gates.yaml:9:11  soak: "y" is no duration'], 'f2'.repeat(32));
  await sweep();

  expect(refusals().map(({ subject, data }) => ({ subject, ...data }))).toEqual([
    expect.objectContaining({
      subject: 'policy',
      refused: 'f1'.repeat(32),
      problems: ['gates.yaml:8:11  soak: "x" is no duration'],
      inForce: world.policy.hash,
    }),
    expect.objectContaining({ refused: 'f2'.repeat(32) }),
  ]);
});

it('goes on by the policy in force', async () => {
  world = gateWorld({}, { on: 'host' });
  world.checksAnswer(() => 0);
  world.ports.policies.break(['gates.yaml:8:11  soak: "x" is no duration']);
  const digest = world.push(green);

  await sweep();

  expect(await world.stable()).toBe(digest);
  await world.everyGenerationReplays('sweep');
});

it('announces it also when the process died between noting and announcing', async () => {
  world = gateWorld();
  world.ports.policies.break(['gates.yaml:8:11  soak: "x" is no duration']);
  world.ports.announcements.failNext('announce', new Error('the topic is away'));

  await sweep();

  expect(refusals()).toHaveLength(1);
});
