/** A policy that changes takes effect at the next sweep, though nothing else has happened. */
import { afterEach, describe, expect, it } from 'vitest';
import { valid } from '../unit/domain/policy-fixture.ts';
import { parseTagReference } from '../../shared/domain/reference.ts';
import { image, imageIndex } from '../fakes/images.ts';
import { gateWorld, green, MINUTE, UPSTREAM, type GateWorld } from './gate-world.ts';

let world: GateWorld;
afterEach(() => world.close());

describe('a sweep after the policy has changed', () => {
  it('asks a changed check of what the old one rejected', async () => {
    world = gateWorld();
    world.checksAnswer(() => 1);
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);
    expect(await world.outcome(digest)).toMatchObject({ kind: 'rejected' });

    world.checksAnswer(() => 0);
    world.ports.policies.set(
      valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node --version # mended\n' } }),
    );
    await sweep();

    expect(await world.stable()).toBe(digest);
  });

  it('promotes what waits for a soak that was shortened', async () => {
    world = gateWorld({ gates: { 'soak: 3d': 'soak: 2d' } });
    world.checksAnswer(() => 0);
    const digest = world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);
    expect((await world.gate()).resting?.reason.kind).toBe('soaking');

    world.ports.policies.set(valid({ gates: { 'soak: 3d': 'soak: 1m' } }));
    await world.pass(MINUTE);
    await sweep();

    expect(await world.stable()).toBe(digest);
  });

  it('takes a candidate in again for another platform, and promotes that', async () => {
    const [amd, arm] = [image(['base', 'amd']), image(['base', 'arm'], 'linux/arm64')];
    const index = imageIndex([amd, arm]);
    const from = parseTagReference(UPSTREAM);
    world = gateWorld();
    world.checksAnswer((digest) => (digest === amd.manifest.digest ? 1 : 0));
    world.ports.upstreams.set(UPSTREAM, index);
    for (const { manifest, config } of [amd, arm]) {
      world.ports.upstreams.put(from.host, from.repository, manifest);
      world.ports.registries.putJson(config);
    }
    await world.wake('runGate', 'node');
    await world.pass(3_000);
    expect(await world.outcome(index.digest)).toMatchObject({ kind: 'rejected' });

    const checks = 'platforms: [linux/arm64]\n    checks:';
    world.ports.policies.set(valid({ gates: { 'soak: 3d': 'soak: 0s', 'checks:': checks } }));
    await sweep();

    expect(await world.stable()).toBe(arm.manifest.digest);
  });

  it('asks nothing again when nothing that decides has changed', async () => {
    world = gateWorld();
    world.checksAnswer(() => 1);
    world.push(green);
    await world.wake('runGate', 'node');
    await world.pass(3_000);
    const looks = world.calls.filter(({ name }) => name === 'lookAtGate').length;

    world.ports.policies.set(valid({ gates: { 'soak: 3d': 'soak: 0s', 'within: 90s': 'within: 2m' } }));
    await sweep();

    expect(world.calls.filter(({ name }) => name === 'lookAtGate')).toHaveLength(looks);
    expect(world.ports.runs.started).toHaveLength(1);
  });
});

async function sweep(): Promise<void> {
  await world.wake('sweep', '');
  await world.pass(3_000);
}
