import { beforeEach, describe, expect, it } from 'vitest';
import { sweepGates } from '../../../../functions/activities/sweep/sweep-gates.ts';
import { decidingPolicy } from '../../../../shared/domain/deciding-policy.ts';
import { request } from '../../../../shared/ledger/request.ts';
import type { GateRow } from '../../../../shared/ledger/gate-rows.ts';
import { SCHEMA } from '../../../../shared/ledger/rows.ts';
import { blue, green } from '../../../replay/gate-world.ts';
import { valid } from '../../domain/policy-fixture.ts';
import { functionWorld, MINUTE, UPSTREAM, type FunctionWorld } from '../world.ts';

const NOW = Date.parse('2026-03-02T10:00:00.000Z');
let world: FunctionWorld;
beforeEach(async () => {
  world = functionWorld();
  world.upstreams.set(UPSTREAM, green.manifest);
  await world.setGate(atRest());
});

/** At rest since a minute, with nothing to do; the upstream names green. */
function atRest(change: Partial<NonNullable<GateRow['resting']>> = {}): Partial<GateRow> {
  return {
    sequence: 1,
    upstream: { digest: green.manifest.digest, since: NOW - 60 * MINUTE, sequence: 1 },
    resting: { reason: { kind: 'nothing-to-do' }, at: NOW - MINUTE, ...change },
  };
}

const sweep = (gates = ['node']) => sweepGates(world)({ gates, at: NOW }, world.stories);

describe('a sweep leaves a gate', () => {
  it('that rests with nothing to do', async () => {
    expect(await sweep()).toEqual({ started: [], ended: [] });
  });

  it('that is due later', async () => {
    await world.setGate(atRest({ reason: { kind: 'soaking' }, dueAt: NOW + 1 }));

    expect((await sweep()).started).toEqual([]);
  });

  it('whose upstream cannot be asked: that is no news', async () => {
    world.upstreams.unreachable(UPSTREAM, 'connection refused');

    expect((await sweep()).started).toEqual([]);
  });

  it('whose look failed until its back-off is over, and does not ask its upstream', async () => {
    await world.setGate({
      ...atRest({ reason: { kind: 'trouble', message: 'busy' }, dueAt: NOW + 1 }),
      failures: 3,
    });
    world.upstreams.set(UPSTREAM, blue.manifest);

    expect((await sweep()).started).toEqual([]);
    expect(world.upstreams.calls).toEqual([]);
  });

  it('that is not in the policy any more', async () => {
    expect(await sweep(['removed'])).toEqual({ started: [], ended: [] });
  });

  it('that is at work and makes progress', async () => {
    await world.setGate({ resting: undefined });
    world.stories.atWork('runGate', 'node', NOW - 14 * MINUTE);

    expect(await sweep()).toEqual({ started: [], ended: [] });
  });
});

describe('a sweep starts a gate', () => {
  it('that was never looked at', async () => {
    world = functionWorld();

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('that should be at work and has no instance', async () => {
    await world.setGate({ resting: undefined });

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('that is due', async () => {
    await world.setGate(atRest({ reason: { kind: 'soaking' }, dueAt: NOW }));

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('that was asked something which no story has handled', async () => {
    await request(world.ledger, 'gates', 'node');

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('whose upstream names another digest', async () => {
    world.upstreams.set(UPSTREAM, blue.manifest);

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('whose upstream names another digest while one candidate is in trouble', async () => {
    await world.setGate({
      ...atRest({
        reason: { kind: 'trouble', message: 'the copy broke off' },
        digest: green.manifest.digest,
        dueAt: NOW + 30 * MINUTE,
      }),
    });
    world.upstreams.set(UPSTREAM, blue.manifest);

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('whose upstream tag is gone', async () => {
    world.upstreams.gone(UPSTREAM);

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('whose policy has changed since it went to rest', async () => {
    const [gate] = Object.values(world.policy.gates);
    if (!gate) throw new Error('no gate');
    await world.setGate(atRest({ policy: decidingPolicy(gate) }));
    expect((await sweep()).started).toEqual([]);

    world.policies.set(valid({ gates: { 'soak: 3d': 'soak: 0s' }, files: { 'checks/node.sh': 'node -p 1\n' } }));

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('whose look failed, when its back-off is over', async () => {
    await world.setGate({ ...atRest({ reason: { kind: 'trouble', message: 'busy' }, dueAt: NOW }), failures: 3 });

    expect((await sweep()).started).toEqual(['runGate node']);
  });

  it('whose row is of a later version of the app, and says so: its own story cannot', async () => {
    await world.ledger.write('gates', 'node', [
      { kind: 'put', key: 'gate', ifMatch: 'any', open: true, schema: SCHEMA + 1, data: {} },
    ]);

    expect(await sweep()).toEqual({
      started: ['runGate node'],
      ended: [],
      unreadable: [
        `gate "node": ledger row "gate" has schema ${SCHEMA + 1}, this version reads up to ${SCHEMA}; deploy the newer version again`,
      ],
    });
  });

  it('whose credentials are missing: its own story says so', async () => {
    const policy = world.policy;
    world.policies.set({
      ...policy,
      upstreams: { 'public.example.com': { username: '${secret:user}', password: '${secret:password}' } },
    });

    expect((await sweep()).started).toEqual(['runGate node']);
  });
});

describe('a sweep ends an instance', () => {
  beforeEach(() => world.setGate({ resting: undefined }));

  it('that has made no progress for a quarter of an hour, and starts another', async () => {
    world.stories.atWork('runGate', 'node', NOW - 15 * MINUTE);

    expect(await sweep()).toEqual({ started: ['runGate node'], ended: ['runGate node'] });
  });

  it('and leaves the start to the next sweep where ending takes its time', async () => {
    world.stories.atWork('runGate', 'node', NOW - 15 * MINUTE, { endsLate: true });

    expect(await sweep()).toEqual({ started: [], ended: ['runGate node'] });
  });
});
