/** Holding and resuming everything, a gate, or an app: what is written, who is asked to look, and what is refused. */
import { beforeEach, describe, expect, it } from 'vitest';
import { writeHoldOnEverything } from '../../../../shared/ledger/hold-book.ts';
import { readImage } from '../../../../shared/ledger/image-book.ts';
import { dayOf } from '../../../../shared/ledger/journal-book.ts';
import { tell } from '../../../../shared/ledger/outbox.ts';
import { requestedOf } from '../../../../shared/ledger/request.ts';
import { A, done, NOW, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const because = { reason: 'incident 4711' };
const held = async () => (await call(world, 'getHold')).json['hold'];
const app = async () => (await readImage(world.ledger, 'hello')).apps.get('web')?.value;

describe('the hold on everything', () => {
  const hold = () => call(world, 'holdAll', { body: because });

  it('is written with who and why, and everything is asked to look', async () => {
    const { status, json, headers } = await call(world, 'holdAll', {
      body: because,
      authMode: 'entra',
      headers: principal(['operator'], { id: 'ada-object-id' }),
    });

    expect(status).toBe(202);
    expect(headers['location']).toBe('/api/hold');
    expect(json).toEqual({ what: 'hold', asked: ['hello', 'node'], notAsked: [] });
    expect(await held()).toMatchObject({ by: 'ada-object-id', why: 'incident 4711' });
    expect(world.stories.started.toSorted()).toEqual(['buildImage hello', 'rollOut hello', 'runGate node']);
    expect(await requestedOf(world.ledger, 'gates', 'node')).toBe(1);
    expect(await requestedOf(world.ledger, 'images', 'hello')).toBe(1);
  });

  it('is in the journal at once', async () => {
    await hold();

    expect(Object.values(world.ledger.dump('journal', dayOf(Date.now())))).toMatchObject([
      { by: 'local-operator', subject: 'everything', what: 'hold', why: 'incident 4711' },
    ]);
  });

  it('is lifted, and everything is asked to look again', async () => {
    await hold();
    world.stories.started.length = 0;

    const { status, json } = await call(world, 'resumeAll');

    expect(status).toBe(202);
    expect(json).toMatchObject({ what: 'resume' });
    expect(await held()).toBeUndefined();
    expect(world.stories.started).toContain('runGate node');
  });

  it('is lifted also when there is none', async () => {
    expect((await call(world, 'resumeAll')).status).toBe(202);
    expect(await held()).toBeUndefined();
  });

  it('asks every one of hundreds of gates, sixteen at once at most', async () => {
    const many = Object.fromEntries(Array.from({ length: 200 }, (_, at) => [`gate-${at}`, world.policy.gates['node']]));
    world.policies.set({ ...world.policy, gates: many as typeof world.policy.gates });
    let atOnce = 0;
    let most = 0;
    const { start } = world.stories;
    world.stories.start = async (...asked) => {
      most = Math.max(most, ++atOnce);
      await Promise.resolve();
      atOnce -= 1;
      return start(...asked);
    };

    const { json } = await hold();

    expect(json['asked']).toHaveLength(201);
    expect(most).toBeGreaterThan(1);
    expect(most).toBeLessThanOrEqual(16);
  });

  it('holds though something cannot be asked now, and names that', async () => {
    const { start } = world.stories;
    world.stories.start = async (story, thing) => {
      if (thing === 'node') throw new Error('the task hub does not answer');
      return start(story, thing);
    };

    const { status, json } = await hold();

    expect(status).toBe(202);
    expect(json).toEqual({ what: 'hold', asked: ['hello'], notAsked: ['node'] });
    expect(await held()).toBeDefined();
    expect(world.logged).toEqual(['runGate of "node" not asked: the task hub does not answer']);
  });

  it('holds while there has been no valid policy', async () => {
    world.policies.current = async () => ({ problems: ['gates.yaml is missing'] });

    expect((await hold()).json).toEqual({ what: 'hold', asked: [], notAsked: [] });
    expect(await held()).toMatchObject({ why: 'incident 4711' });
  });

  it('wants a reason', async () => {
    const { status, json } = await call(world, 'holdAll', { body: {} });

    expect(status).toBe(422);
    expect(json['detail']).toContain('reason: ');
    expect(await held()).toBeUndefined();
  });

  it('is seen at every gate, and in its health', async () => {
    await writeHoldOnEverything(
      world.ledger,
      { by: 'ada', why: 'incident', at: NOW },
      tell('x', { at: NOW, by: 'ada', subject: 'everything', what: 'hold', why: 'incident', data: {} }),
    );

    const hold = { by: 'ada', why: 'incident', at: '2026-03-02T10:00:00.000Z' };
    expect((await call(world, 'getGate', { params: { gate: 'node' } })).json).toMatchObject({ holdOnEverything: hold });
    expect((await call(world, 'getHealth')).json).toMatchObject({ status: 'ok', hold });
  });
});

describe('the hold of a gate', () => {
  it('asks also what is built from it', async () => {
    await call(world, 'holdGate', { params: { gate: 'node' }, body: because });

    expect(world.stories.started).toEqual(['runGate node', 'buildImage hello']);
    expect(await requestedOf(world.ledger, 'images', 'hello')).toBe(1);
  });

  it('asks also the apps that run what it promotes', async () => {
    world = functionWorld({
      gates: { 'runs: hello': 'runs: node' },
      group: { '${TEAM_REGISTRY}/hello:1': '${BASE_REGISTRY}/node:1' },
    });

    await call(world, 'resumeGate', { params: { gate: 'node' } });

    expect(world.stories.started).toEqual(['runGate node', 'buildImage hello', 'rollOut node']);
  });
});

describe('the hold of an app', () => {
  const hold = (body: object = because) => call(world, 'requestAppHold', { params: { app: 'web' }, body });

  it('is written on the app with who and why, in the write that asks its rollout', async () => {
    const { status, json, headers } = await hold();

    expect(status).toBe(202);
    expect(headers['location']).toBe('/api/apps/web');
    expect(json).toEqual({ app: 'web', what: 'hold' });
    expect((await app())?.personHold).toMatchObject({ by: 'local-operator', why: 'incident 4711' });
    expect(world.stories.started).toEqual(['rollOut hello']);
    expect(world.ledger.calls.filter(({ method }) => method === 'write')).toHaveLength(1);
    expect(await requestedOf(world.ledger, 'images', 'hello')).toBe(1);
  });

  it('is lifted, and the hold of the system stays', async () => {
    const system = { key: 'k2', digest: `sha256:${'b'.repeat(64)}`, why: 'exit code 1', at: NOW };
    await world.ledger.write('images', 'hello', [
      { kind: 'put', key: 'app:web', ifMatch: 'new', open: true, schema: 1, data: { attempts: 3, hold: system } },
    ]);
    await hold();

    const { status } = await call(world, 'requestAppResume', { params: { app: 'web' } });

    expect(status).toBe(202);
    expect(await app()).toEqual({ attempts: 3, hold: system });
  });

  it('is asked again of what somebody else wrote meanwhile', async () => {
    const { write } = world.ledger;
    let others = 3;
    world.ledger.write = async (...change) => {
      if (others-- > 0)
        await write('images', 'hello', [
          { kind: 'put', key: 'app:web', ifMatch: 'any', open: true, schema: 1, data: { attempts: 10 - others } },
        ]);
      return write(...change);
    };

    expect((await hold()).status).toBe(202);

    expect(await app()).toMatchObject({ attempts: 10, personHold: { why: 'incident 4711' } });
  });

  it('answers 404 for an app that is not there, naming those that are', async () => {
    const asked = { params: { app: 'wep' }, body: because };
    const detail = 'there is no app "wep"; there are: web';

    expect(await call(world, 'requestAppHold', asked)).toMatchObject({ status: 404, json: { detail } });
    expect(await call(world, 'requestAppResume', asked)).toMatchObject({ status: 404, json: { detail } });
  });

  it('wants a reason', async () => expect((await hold({})).status).toBe(422));
});

describe('who holds', () => {
  const ada = { authMode: 'entra' as const, headers: principal(['operator'], { id: 'oid-7', name: 'Ada Lovelace' }) };

  it('is known by the object id, and said by name', async () => {
    await call(world, 'holdGate', { params: { gate: 'node' }, body: { reason: 'incident 4711' }, ...ada });
    await world.setGate({ hold: (await world.gate()).hold, upstream: { digest: A, since: NOW, sequence: 1 } });
    const checkHash = world.policy.gates['node']?.checks[0]?.hash ?? '';
    await world.setCandidate({ digest: A, subject: subjectOf(A) }, { functional: done('pass', { checkHash }) });

    const gate = await call(world, 'getGate', { params: { gate: 'node' } });
    const candidate = await call(world, 'getCandidate', { params: { gate: 'node', digest: A } });

    expect(gate.json['hold']).toMatchObject({ by: 'oid-7', name: 'Ada Lovelace', why: 'incident 4711' });
    expect(candidate.json['next']).toMatchObject({ why: 'held by Ada Lovelace: incident 4711' });
  });

  it('may say why the hold is lifted', async () => {
    await call(world, 'holdGate', { params: { gate: 'node' }, body: { reason: 'incident 4711' }, ...ada });
    await call(world, 'resumeGate', { params: { gate: 'node' }, body: { reason: 'mended' }, ...ada });
    await call(world, 'resumeGate', { params: { gate: 'node' }, ...ada });

    const told = Object.entries(world.ledger.dump('gates', 'node')).filter(([key]) => key.startsWith('outbox:'));
    expect(told.map(([, entry]) => entry)).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ what: 'resume', why: 'mended', by: 'oid-7' }),
        expect.objectContaining({ what: 'resume', why: 'the hold was lifted' }),
      ]),
    );
  });
});
