import { beforeEach, describe, expect, it } from 'vitest';
import { tag } from '../../../../shared/domain/reference.ts';
import { green } from '../../../replay/gate-world.ts';
import { A, B, done, manual, MINUTE, NOW, promotion, running, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, STABLE, UPSTREAM, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const today = () => world.policy.gates['node']?.checks[0]?.hash ?? '';

describe('GET gates', () => {
  it('lists every gate of the policy, also one that was never looked at', async () => {
    const { status, json } = await call(world, 'listGates');

    expect(status).toBe(200);
    expect(json['gates']).toEqual([
      {
        name: 'node',
        from: UPSTREAM,
        to: STABLE,
        checks: [{ name: 'functional', kind: 'script' }],
        next: { action: 'rest', why: 'nothing to do' },
        canBeDone: [
          {
            what: 'have what the upstream tag names now checked and promoted',
            by: 'operator',
            command: "gated-import promote node --reason '<why>'",
          },
        ],
        open: [],
      },
    ]);
  });

  it('says what is current, what was before, and what the upstream names', async () => {
    await world.setGate({
      upstream: { digest: B, since: NOW, sequence: 4 },
      current: promotion(A, 3),
      previous: promotion(B, 2),
    });

    const { json } = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(json).toMatchObject({
      upstream: { digest: B, since: '2026-03-02T10:00:00.000Z', sequence: 4 },
      current: { digest: A, subject: subjectOf(A), unique: '15-alpine-ca3', sequence: 3 },
      previous: { digest: B, unique: '15-alpine-ca2' },
    });
  });

  it('says of a gate that observes what it would have promoted, and which tags somebody moved', async () => {
    world = functionWorld({ gates: { 'soak: 3d': 'mode: observe' } });
    await world.setGate({
      shadow: { digest: A, sequence: 3, at: NOW },
      drift: { [tag.parse('15-alpine')]: B, [tag.parse('15-alpine-ca1')]: 'none' },
    });

    const { json } = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(json).toMatchObject({
      mode: 'observe',
      shadow: { digest: A, sequence: 3, at: '2026-03-02T10:00:00.000Z' },
      drift: { '15-alpine': B, '15-alpine-ca1': 'none' },
    });
  });

  it('says why a gate rests and until when', async () => {
    await world.setGate({ resting: { reason: { kind: 'soaking' }, dueAt: NOW + MINUTE, at: NOW } });

    const { json } = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(json['next']).toEqual({
      action: 'rest',
      why: 'it has not been seen long enough',
      until: '2026-03-02T10:01:00.000Z',
    });
  });

  it('says what a gate at work does next', async () => {
    await world.setGate({ sequence: 1, upstream: { digest: A, since: NOW, sequence: 1 } });
    await world.setCandidate({ digest: A, subject: subjectOf(A) }, { functional: running({ checkHash: today() }) });

    const { json } = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(json['next']).toEqual({ action: 'watch', why: 'a check is under way' });
    expect(json['open']).toEqual([A]);
  });

  it('has the last candidates of a gate, newest first', async () => {
    await world.setGate({ sequence: 2 });
    await world.setCandidate({
      digest: A,
      sequence: 1,
      settled: { outcome: { kind: 'superseded', by: 2 }, at: NOW, checkHashes: [] },
    });
    await world.setCandidate({ digest: B, sequence: 2 });

    const { json } = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(json['candidates']).toMatchObject([
      { digest: B, state: 'open' },
      { digest: A, state: 'settled', outcome: { kind: 'superseded', by: 2 }, why: 'superseded by number 2' },
    ]);
  });

  it.each(['nod', 'constructor', 'toString', '__proto__', ''])(
    'answers 404 for "%s", naming the gates that there are',
    async (gate) => {
      const { status, json, headers } = await call(world, 'getGate', { params: { gate } });

      expect(status).toBe(404);
      expect(headers['content-type']).toBe('application/problem+json');
      expect(json).toEqual({
        type: 'about:blank',
        status: 404,
        title: 'Not found',
        detail: `there is no gate "${gate}"; there are: node`,
      });
    },
  );

  it('answers 503 with every problem while there has been no valid policy', async () => {
    const empty = functionWorld();
    empty.policies.current = async () => ({ problems: ['gates.yaml:3:5  gate "node": "to" is missing.'] });

    const { status, json } = await call(empty, 'listGates');

    expect(status).toBe(503);
    expect(json['detail']).toContain('gates.yaml:3:5  gate "node": "to" is missing.');
  });
});

describe('GET a candidate', () => {
  const asked = { params: { gate: 'node', digest: A } };

  it('says why it was rejected, with the evidence and where its log is', async () => {
    const reason = { kind: 'check-failed' as const, checks: ['functional'], details: ['exit code 1', 'red'] };
    await world.setCandidate(
      {
        digest: A,
        subject: subjectOf(A),
        settled: { outcome: { kind: 'rejected', reason }, at: NOW, checkHashes: [today()] },
      },
      { functional: done('fail', { reasons: ['exit code 1', 'red'], checkHash: today() }) },
    );

    const { json } = await call(world, 'getCandidate', asked);

    expect(json).toMatchObject({
      gate: 'node',
      digest: A,
      subject: subjectOf(A),
      state: 'settled',
      outcome: { kind: 'rejected', reason },
      why: 'check failed: functional (exit code 1; red)',
      evidence: {
        functional: {
          state: 'done',
          verdict: 'fail',
          reasons: ['exit code 1', 'red'],
          digest: subjectOf(A),
          runId: 'ca1',
          log: `/api/gates/node/candidates/${A}/checks/functional/log`,
        },
      },
    });
    expect(json).not.toHaveProperty('next');
  });

  it('says what is next for one that is open, and its trouble', async () => {
    const retryAt = Date.now() + MINUTE;
    await world.setGate({ sequence: 1, upstream: { digest: A, since: NOW, sequence: 1 } });
    await world.setCandidate({ digest: A, manual, trouble: { message: 'the copy broke off', times: 1, retryAt } });

    const { json } = await call(world, 'getCandidate', asked);

    expect(json).toMatchObject({
      state: 'open',
      manual: { by: 'ada', why: 'needed today' },
      next: { action: 'rest', until: new Date(retryAt).toISOString() },
      trouble: { message: 'the copy broke off' },
    });
  });

  it('never says the nonce of a check', async () => {
    await world.setCandidate({ digest: A, subject: subjectOf(A) }, { functional: running() });

    const candidate = await call(world, 'getCandidate', asked);
    const gate = await call(world, 'getGate', { params: { gate: 'node' } });

    expect(candidate.text + gate.text).not.toContain('n0nce');
  });

  it('answers 404 for a digest that the gate has never seen', async () => {
    const { status, json } = await call(world, 'getCandidate', asked);

    expect(status).toBe(404);
    expect(json['detail']).toBe(`gate "node" has never seen ${A}`);
  });

  it.each(['latest', 'sha256:abc', '../../etc'])('answers 400 for "%s", which is no digest', async (digest) => {
    const { status, json } = await call(world, 'getCandidate', { params: { gate: 'node', digest } });

    expect(status).toBe(400);
    expect(json['detail']).toContain('write sha256: and 64 hex digits');
  });
});

describe('GET the log of a check', () => {
  const asked = { params: { gate: 'node', digest: A, check: 'functional' } };

  it('is the log of its run, as text', async () => {
    const { runId } = await world.runs.startQuickRun({
      host: world.quarantine,
      files: [],
      taskFile: 'acr-task.yaml',
      values: [],
      timeoutSeconds: 300,
    });
    world.runs.end(runId, { state: 'succeeded', log: 'candidate | <b>red</b>\n' });
    await world.setCandidate({ digest: A }, { functional: running({ runId }) });

    const { status, text, headers } = await call(world, 'getCheckLog', asked);

    expect(status).toBe(200);
    expect(text).toBe('candidate | <b>red</b>\n');
    expect(headers).toMatchObject({ 'content-type': 'text/plain; charset=utf-8', 'x-log-complete': 'true' });
  });

  it('answers 404 before there was a run, naming the checks that had one', async () => {
    await world.setCandidate({ digest: A }, { size: running() });

    const { status, json } = await call(world, 'getCheckLog', asked);

    expect(status).toBe(404);
    expect(json['detail']).toBe('check "functional" of this candidate has had no run; its checks are: size');
  });
});

it('asking changes nothing and asks no upstream', async () => {
  world.upstreams.set(UPSTREAM, green.manifest);
  await world.setCandidate({ digest: A, subject: subjectOf(A) }, { functional: running() });
  const before = world.ledger.dump('gates', 'node');

  await call(world, 'listGates');
  await call(world, 'getGate', { params: { gate: 'node' } });
  await call(world, 'getCandidate', { params: { gate: 'node', digest: A } });

  expect(world.ledger.dump('gates', 'node')).toEqual(before);
  expect(world.upstreams.calls).toEqual([]);
  expect(world.stories.started).toEqual([]);
});
