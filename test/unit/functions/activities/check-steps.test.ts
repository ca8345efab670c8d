/** Steps of a check that come late, twice, or to a service that does not answer. */
import { beforeEach, describe, expect, it } from 'vitest';
import { activities } from '../../../../functions/activities/activities.ts';
import { readCandidate } from '../../../../shared/ledger/gate-book.ts';
import { blue, green } from '../../../replay/gate-world.ts';
import { done, MINUTE, NOW, running } from '../../domain/gate-builders.ts';
import { parse, problemsOf } from '../../domain/policy-fixture.ts';
import { functionWorld, QUARANTINE, UPSTREAM, type FunctionWorld } from '../world.ts';

const { digest } = green.manifest;

let world: FunctionWorld;
let steps: ReturnType<typeof activities>;
beforeEach(() => {
  world = functionWorld();
  steps = activities(world);
  world.upstreams.set(UPSTREAM, green.manifest);
});

const look = (at = NOW) => steps.lookAtGate({ gate: 'node', at }, world.stories);

describe('a run whose log cannot be fetched', () => {
  const lookIn = async (ms: number) => {
    world.runs.failNext('log', new Error('the link has expired'));
    const seen = await look(NOW + ms);
    if (seen.kind !== 'gate') throw new Error('no gate');
    return seen.state;
  };
  beforeEach(async () => {
    await look();
    const { runId } = await world.runs.startQuickRun({
      host: QUARANTINE,
      files: [],
      taskFile: 'acr-task.yaml',
      values: [],
      timeoutSeconds: 300,
    });
    await world.setCandidate(
      { digest, subject: digest },
      { functional: running({ runId, startedAt: NOW, checkHash: world.policy.gates['node']?.checks[0]?.hash ?? '' }) },
    );
    world.runs.end(runId, { state: 'succeeded', log: 'gate-result n0nce 0\n' });
    const { run } = world.runs;
    world.runs.run = async (asked) => {
      const found = await run(asked);
      return found && { ...found, finishedAt: NOW };
    };
  });

  it('is asked for it again at the next look', async () => {
    expect((await lookIn(MINUTE)).open).toMatchObject([{ evidence: { functional: { state: 'running' } } }]);

    const seen = await look(NOW + MINUTE + 1);

    expect(seen).toMatchObject({ state: { open: [{ evidence: { functional: { verdict: 'pass' } } }] } });
  });

  it('is trouble of its candidate after two minutes, and the gate goes on', async () => {
    world.upstreams.set(UPSTREAM, blue.manifest);

    const { open, latestSighting } = await lookIn(2 * MINUTE);

    expect(latestSighting).toBe(2);
    expect(open.find((one) => one.digest === digest)?.trouble?.message).toContain(
      'of check "functional" cannot be fetched: the link has expired',
    );
  });
});

describe('a late start of a check', () => {
  const start = (attempt = 1) =>
    steps.startCheck({ gate: 'node', digest, check: 'functional', attempt, tries: 1, at: NOW }, world.stories);

  it('schedules nothing for a candidate that is settled', async () => {
    await world.setCandidate({
      digest,
      subject: digest,
      settled: { outcome: { kind: 'superseded', by: 2 }, at: 1, checkHashes: [] },
    });

    await start();

    expect(world.runs.started).toEqual([]);
  });

  it('schedules nothing when a later attempt was begun', async () => {
    await world.setCandidate({ digest, subject: digest }, { functional: running({ attempt: 2 }) });

    await start();

    expect(world.runs.started).toEqual([]);
  });

  it('schedules nothing when the same attempt is done', async () => {
    await world.setCandidate({ digest, subject: digest }, { functional: done('pass') });

    await start();

    expect(world.runs.started).toEqual([]);
  });

  it('cancels a run that was scheduled for a candidate settled meanwhile', async () => {
    await world.setGate({ sequence: 1 });
    await world.setCandidate({ digest, subject: digest });
    const { startQuickRun } = world.runs;
    world.runs.startQuickRun = async (asked) => {
      const outcome = { kind: 'superseded', by: 2 } as const;
      await steps.settleCandidate({ gate: 'node', digest, outcome, at: NOW }, world.stories);
      return startQuickRun(asked);
    };

    await start();

    expect(await world.runs.run({ host: QUARANTINE, runId: 'ca1' })).toMatchObject({ state: 'canceled' });
  });

  it('leaves no open row behind when the candidate is settled while the run is scheduled', async () => {
    await world.setGate({ sequence: 1 });
    await world.setCandidate({ digest, subject: digest });
    const { startQuickRun } = world.runs;
    world.runs.startQuickRun = async (asked) => {
      await steps.settleCandidate(
        { gate: 'node', digest, outcome: { kind: 'superseded', by: 2 }, at: NOW },
        world.stories,
      );
      return startQuickRun(asked);
    };

    await start();

    const open = await world.ledger.rows('gates', 'node', { openOnly: true });
    expect(open.map(({ key }) => key.split(':')[0])).toEqual(['gate', 'outbox']);
  });

  it('gives each attempt a nonce of its own', async () => {
    world.registries.put(`${QUARANTINE}/node/node:any`, green.manifest);
    await world.setCandidate({ digest, subject: digest });
    await start(1);
    await start(2);

    const nonces = world.runs.started.map(({ quick }) => quick?.values.find(({ name }) => name === 'nonce')?.value);
    expect(new Set(nonces).size).toBe(2);
    for (const nonce of nonces) expect(nonce).toMatch(/^[0-9a-f]{32}$/);
  });
});

describe('a candidate with as many checks as a gate may have', () => {
  const named = (count: number) =>
    Array.from({ length: count }, (_, at) => `c${at}: { script: checks/node.sh }`).join(', ');
  const withChecks = (count: number) => ({
    gates: { 'checks:\n      functional: { script: checks/node.sh, timeout: 4m }': `checks: { ${named(count)} }` },
  });

  it('is settled in one transaction', async () => {
    const parsed = parse(withChecks(50));
    if (parsed.kind === 'invalid') throw new Error('the policy is not valid');
    world.policies.set(parsed.policy);
    await world.setGate({ sequence: 1 });
    const evidence = Object.fromEntries(Array.from({ length: 50 }, (_, at) => [`c${at}`, done('fail')]));
    await world.setCandidate({ digest, subject: digest }, evidence);

    await steps.settleCandidate(
      { gate: 'node', digest, outcome: { kind: 'rejected', reason: { kind: 'withdrawn' } }, at: NOW },
      world.stories,
    );

    expect((await readCandidate(world.ledger, 'node', digest))?.row.value.settled).toBeDefined();
  });

  it('has no more than these', () => {
    expect(problemsOf(withChecks(51)).join()).toContain('a gate has 50 checks at most, and this one has 51');
  });
});
