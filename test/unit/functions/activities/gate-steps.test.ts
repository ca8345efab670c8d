/** Steps of a gate's story that are run twice, late, or while something else is written. */
import { beforeEach, describe, expect, it } from 'vitest';
import { activities } from '../../../../functions/activities/activities.ts';
import { readCandidate, readGate } from '../../../../shared/ledger/gate-book.ts';
import { request } from '../../../../shared/ledger/request.ts';
import { blue, green } from '../../../replay/gate-world.ts';
import { MINUTE, NOW, running } from '../../domain/gate-builders.ts';
import { functionWorld, QUARANTINE, UPSTREAM, type FunctionWorld } from '../world.ts';

const { digest } = green.manifest;
const trouble = { kind: 'trouble' as const, message: 'busy' };

let world: FunctionWorld;
let steps: ReturnType<typeof activities>;
beforeEach(() => {
  world = functionWorld();
  steps = activities(world);
  world.upstreams.set(UPSTREAM, green.manifest);
});

const look = (at = NOW) => steps.lookAtGate({ gate: 'node', at }, world.stories);
const candidate = async (of = digest) => (await readCandidate(world.ledger, 'node', of))?.row.value;

describe('a rest', () => {
  const rest = (change: object = {}) =>
    steps.restGate({ gate: 'node', reason: trouble, at: NOW, ...change }, world.stories);

  it('that is written twice, because its answer was lost, counts as one failure', async () => {
    await rest();
    await rest();

    expect(await world.gate()).toMatchObject({ failures: 1, resting: { dueAt: NOW + MINUTE } });
  });

  it('backs off further with each failure in a row', async () => {
    await rest();
    await rest({ at: NOW + MINUTE });

    expect(await world.gate()).toMatchObject({ failures: 2, resting: { dueAt: NOW + 3 * MINUTE } });
  });

  it('for the trouble of one candidate is no failure of the gate', async () => {
    await rest({ digest, dueAt: NOW + MINUTE, requested: 0 });

    expect(await world.gate()).toMatchObject({ failures: 0 });
  });

  it('is refused when something was requested that the look has not seen', async () => {
    await request(world.ledger, 'gates', 'node');

    expect(await rest({ requested: 0 })).toEqual({ again: true });
    expect((await readGate(world.ledger, 'node')).gate).toBeUndefined();
  });

  it('announces once what a candidate waits for', async () => {
    const held = { reason: { kind: 'held' as const, by: 'ada', why: 'stop' }, digest, requested: 0 };
    await rest(held);
    await rest({ ...held, at: NOW + 5 * MINUTE });

    expect(world.announcements.announced.map(({ type }) => type)).toEqual(['waiting']);
  });
});

describe('a look', () => {
  it('does not count a push as handled that is reported while the upstream answers', async () => {
    const { look: ask } = world.upstreams;
    world.upstreams.look = async (...asked) => {
      const answer = await ask(...asked);
      world.upstreams.set(UPSTREAM, blue.manifest);
      await request(world.ledger, 'gates', 'node');
      return answer;
    };
    const seen = await look();
    if (seen.kind !== 'gate') throw new Error('no gate');

    const { requested } = seen.state;
    const rested = await steps.restGate(
      { gate: 'node', requested, reason: { kind: 'nothing-to-do' }, at: NOW },
      world.stories,
    );

    expect(seen.state.upstream).toEqual({ kind: 'at', digest });
    expect(rested).toEqual({ again: true });
  });

  it('that is made twice sees one sighting', async () => {
    await look();
    await look(NOW + 1);

    expect(await world.gate()).toMatchObject({ sequence: 1, upstream: { since: NOW } });
    expect(world.announcements.announced).toHaveLength(1);
  });

  it('delivers again what was announced when the process died before it was noted', async () => {
    await look();
    world.ledger.failNext('write', new Error('died'));
    await expect(look()).rejects.toThrow('died');
    await look();
    world.announcements.failNext('announce', new Error('the answer was lost'), { when: 'after' });
    await world.setGate({ sequence: 1, upstream: undefined });
    await look();
    await look();
    await look();

    const ids = world.announcements.announced.map(({ id }) => id);
    expect(ids).toHaveLength(3);
    expect(new Set(ids).size).toBe(2);
    expect(Object.keys(world.ledger.dump('journal', '2026-03-02'))).toHaveLength(2);
  });

  it('keeps the abort of an open candidate that is sighted once more', async () => {
    await look();
    const aborted = { by: 'ada', why: 'wrong' };
    await world.setCandidate({ digest, aborted });
    world.upstreams.set(UPSTREAM, blue.manifest);
    await look();
    world.upstreams.set(UPSTREAM, green.manifest);

    await look();

    expect(await candidate()).toMatchObject({ sequence: 3, opening: 1, aborted });
  });

  it('starts anew with a settled candidate that is sighted once more: its abort is over', async () => {
    const outcome = { kind: 'rejected' as const, reason: { kind: 'aborted' as const, by: 'ada', why: 'wrong' } };
    await world.setCandidate({
      digest,
      aborted: { by: 'ada', why: 'wrong' },
      settled: { outcome, at: 1, checkHashes: [] },
    });

    await look();

    const row = await candidate();
    expect(row).toMatchObject({ opening: 2 });
    expect(row?.aborted).toBeUndefined();
    expect(row?.settled).toBeUndefined();
  });
});

describe('trouble with a candidate', () => {
  const report = (at = NOW) =>
    steps.troubleCandidate({ gate: 'node', digest, message: 'the copy broke off', at }, world.stories);
  beforeEach(async () => void (await look()));

  it('that is written twice, because its answer was lost, is one', async () => {
    await report();
    await report();

    expect((await candidate())?.trouble).toEqual({ message: 'the copy broke off', times: 1, retryAt: NOW + MINUTE });
  });

  it('rests longer the second time', async () => {
    await report();
    await report(NOW + MINUTE);

    expect((await candidate())?.trouble).toMatchObject({ times: 2, retryAt: NOW + 3 * MINUTE });
  });
});

describe('trouble that is over', () => {
  const trouble = { message: 'busy', times: 4, retryAt: NOW - 1 };

  it('is forgotten with an intake that succeeds, so that the next one rests a minute again', async () => {
    await look();
    await world.setCandidate({ digest, trouble });

    await steps.intakeCandidate({ gate: 'node', digest }, world.stories);

    expect((await candidate())?.subject).toBe(digest);
    expect((await candidate())?.trouble).toBeUndefined();
  });

  it('is forgotten with a check that was judged', async () => {
    await look();
    const { runId } = await world.runs.startQuickRun({
      host: QUARANTINE,
      files: [],
      taskFile: 'acr-task.yaml',
      values: [],
      timeoutSeconds: 300,
    });
    const checkHash = world.policy.gates['node']?.checks[0]?.hash ?? '';
    await world.setCandidate({ digest, subject: digest, trouble }, { functional: running({ runId, checkHash }) });
    world.runs.end(runId, { state: 'succeeded', log: 'gate-result n0nce 0\n' });

    const seen = await look(NOW + 1);

    expect(seen).toMatchObject({ state: { open: [{ evidence: { functional: { verdict: 'pass' } } }] } });
    expect((await candidate())?.trouble).toBeUndefined();
  });
});

it('a settled candidate is settled once: what comes late leaves its outcome', async () => {
  await look();
  await steps.settleCandidate({ gate: 'node', digest, outcome: { kind: 'superseded', by: 2 }, at: NOW }, world.stories);
  const before = world.ledger.dump('gates', 'node');

  await steps.settleCandidate(
    { gate: 'node', digest, outcome: { kind: 'rejected', reason: { kind: 'withdrawn' } }, at: NOW + 1 },
    world.stories,
  );
  await steps.troubleCandidate({ gate: 'node', digest, message: 'late', at: NOW + 1 }, world.stories);
  await steps.intakeCandidate({ gate: 'node', digest }, world.stories);

  expect(world.ledger.dump('gates', 'node')).toEqual(before);
});
