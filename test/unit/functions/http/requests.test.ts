/** What a person asks of a gate: promote, abort, hold, resume. */
import { beforeEach, describe, expect, it } from 'vitest';
import { readCandidate } from '../../../../shared/ledger/gate-book.ts';
import { host, repository } from '../../../../shared/domain/reference.ts';
import { image, imageIndex } from '../../../fakes/images.ts';
import { A, NOW, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, UPSTREAM, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

const node = image(['base', 'node']);
const { digest } = node.manifest;
const gate = { gate: 'node' };

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
  world.upstreams.set(UPSTREAM, node.manifest);
});

const promote = (body: object | string) => call(world, 'requestPromotion', { params: gate, body });
const opened = async (of = digest) => (await readCandidate(world.ledger, 'node', of))?.row.value;

describe('POST promotions', () => {
  it('opens what the gate follows, by digest, and answers where to watch', async () => {
    const { status, headers, json } = await promote({ reason: 'needed today' });

    expect(status).toBe(202);
    expect(headers['location']).toBe('/api/gates/node');
    expect(json).toEqual({ gate: 'node', what: 'manual promotion' });
    expect(await opened()).toMatchObject({
      digest,
      sequence: 1,
      manual: { by: 'local-operator', why: 'needed today' },
    });
    expect(world.stories.started).toEqual(['runGate node']);
  });

  it('opens another tag of the upstream repository', async () => {
    const other = image(['base', 'other']).manifest;
    world.upstreams.set('public.example.com/node:15.1-alpine', other);

    const { status } = await promote({ reference: 'public.example.com/node:15.1-alpine', reason: 'older' });

    expect(status).toBe(202);
    expect(await opened(other.digest)).toMatchObject({ digest: other.digest });
  });

  it('opens a digest', async () => {
    const index = imageIndex([node]);
    world.upstreams.put(host.parse('public.example.com'), repository.parse('node'), index);

    const { status } = await promote({ reference: `public.example.com/node@${index.digest}`, reason: 'this one' });

    expect(status).toBe(202);
    expect(await opened(index.digest)).toBeDefined();
  });

  it('gets the next number, so that it is the latest intention', async () => {
    await world.setGate({ sequence: 7 });

    await promote({ reason: 'needed today' });

    expect(await opened()).toMatchObject({ sequence: 8 });
    expect((await world.gate()).sequence).toBe(8);
  });

  it('soaks from the request, where the digest is not at the upstream', async () => {
    const before = Date.now();

    await promote({ reason: 'needed today' });

    expect((await opened())?.seenSince).toBeGreaterThanOrEqual(before);
  });

  it('soaks from the sighting, where the upstream names the digest already', async () => {
    await world.setGate({ sequence: 1, upstream: { digest, since: NOW, sequence: 1 } });

    await promote({ reason: 'needed today' });

    expect((await opened())?.seenSince).toBe(NOW);
  });

  it('opens a rejected candidate again, and keeps that it is in quarantine', async () => {
    const outcome = { kind: 'rejected' as const, reason: { kind: 'withdrawn' as const } };
    await world.setCandidate({ digest, subject: digest, opening: 3, settled: { outcome, at: NOW, checkHashes: [] } });

    await promote({ reason: 'it is good' });

    const row = await opened();
    expect(row).toMatchObject({ subject: digest, opening: 4 });
    expect(row?.settled).toBeUndefined();
  });

  it.each<[what: string, body: object | string, status: number, detail: string]>([
    [
      'another repository',
      { reference: 'public.example.com/nginx:1', reason: 'x' },
      422,
      '"public.example.com/nginx:1" is not in public.example.com/node, which gate "node" follows',
    ],
    [
      'another registry',
      { reference: 'evil.example.com/node:15-alpine', reason: 'x' },
      422,
      'is not in public.example.com/node',
    ],
    [
      'a tag that is not there',
      { reference: 'public.example.com/node:99', reason: 'x' },
      422,
      '"public.example.com/node:99" is not at the upstream',
    ],
    [
      'a digest that is not there',
      { reference: `public.example.com/node@${A}`, reason: 'x' },
      422,
      'is not at the upstream',
    ],
    ['no reference', { reference: 'node', reason: 'x' }, 422, 'the registry host is missing'],
    ['no reason', {}, 422, 'reason: '],
    ['an empty body', '', 422, 'reason: '],
    ['an empty reason', { reason: '' }, 422, 'reason: '],
    ['an endless reason', { reason: 'x'.repeat(1_001) }, 422, 'reason: '],
    ['a key that means nothing', { reason: 'x', force: true }, 422, 'force'],
    ['a list', '[]', 422, 'body: '],
    ['half a JSON', '{"reason":', 400, 'cannot be read as JSON'],
    ['a body that is too large', `{"reason":"${'x'.repeat(70_000)}"}`, 413, '65536 bytes at most'],
  ])('refuses %s, and writes nothing', async (_, body, status, detail) => {
    const answer = await promote(body);

    expect(answer.status).toBe(status);
    expect(answer.json['detail']).toContain(detail);
    expect(world.ledger.dump('gates', 'node')).toEqual({});
    expect(world.stories.started).toEqual([]);
  });

  it('answers 502 when the upstream cannot be asked', async () => {
    world.upstreams.unreachable(UPSTREAM, 'connection refused');

    expect(await promote({ reason: 'x' })).toMatchObject({ status: 502, json: { detail: 'connection refused' } });
  });

  it('answers 404 for a gate that is not there', async () => {
    const { status } = await call(world, 'requestPromotion', { params: { gate: 'nginx' }, body: { reason: 'x' } });

    expect(status).toBe(404);
  });
});

describe('POST aborts', () => {
  const abort = (body: object = { reason: 'it is wrong' }) =>
    call(world, 'abortCandidate', { params: { ...gate, digest }, body });

  it('writes who stopped an open candidate and why', async () => {
    await world.setGate({ sequence: 1 });
    await world.setCandidate({ digest, subject: subjectOf(digest) });

    expect((await abort()).status).toBe(202);

    expect(await opened()).toMatchObject({
      subject: subjectOf(digest),
      aborted: { by: 'local-operator', why: 'it is wrong' },
    });
    expect(world.stories.started).toEqual(['runGate node']);
  });

  it('answers 409 for a settled one, which it leaves as it is', async () => {
    await world.setCandidate({ digest, settled: { outcome: { kind: 'superseded', by: 2 }, at: NOW, checkHashes: [] } });
    const before = world.ledger.dump('gates', 'node');

    const { status, json } = await abort();

    expect(status).toBe(409);
    expect(json['detail']).toContain('is settled already');
    expect(world.ledger.dump('gates', 'node')).toEqual(before);
  });

  it('answers 404 for one that the gate has never seen', async () => expect((await abort()).status).toBe(404));
  it('wants a reason', async () => expect((await abort({})).status).toBe(422));
});

describe('PUT and DELETE hold', () => {
  it('holds a gate, and says who and why', async () => {
    const { status } = await call(world, 'holdGate', {
      params: gate,
      body: { reason: 'release week' },
      headers: principal(['operator'], { id: 'ada-object-id' }),
      authMode: 'entra',
    });

    expect(status).toBe(202);
    expect((await world.gate()).hold).toMatchObject({ by: 'ada-object-id', why: 'release week' });
  });

  it('resumes it, and leaves everything else as it is', async () => {
    await world.setGate({ sequence: 3, hold: { by: 'ada', why: 'release week', at: NOW } });

    expect((await call(world, 'resumeGate', { params: gate })).status).toBe(202);

    const row = await world.gate();
    expect(row.hold).toBeUndefined();
    expect(row.sequence).toBe(3);
  });
});

describe('whatever is asked', () => {
  const hold = () => call(world, 'holdGate', { params: gate, body: { reason: 'stop' } });

  it('is in the journal’s outbox with who asked and why, each time', async () => {
    await hold();
    await hold();

    const told = Object.entries(world.ledger.dump('gates', 'node')).filter(([key]) => key.startsWith('outbox:'));
    expect(told.map(([, entry]) => entry)).toMatchObject([
      { by: 'local-operator', what: 'hold', why: 'stop', subject: 'node' },
      { by: 'local-operator', what: 'hold', why: 'stop', subject: 'node' },
    ]);
  });

  it('is counted in the very write that asks, so that no crash in between leaves it unseen', async () => {
    world.stories.fail(new Error('the process died'));

    await hold();

    expect(await world.requested()).toBe(1);
    expect((await world.gate()).hold).toBeDefined();
    expect(world.ledger.calls.filter(({ method }) => method === 'write')).toHaveLength(1);
  });

  it('is asked again of what somebody else wrote meanwhile', async () => {
    await world.setGate({ sequence: 1 });
    const { write } = world.ledger;
    let others = 3;
    world.ledger.write = async (...change) => {
      if (others-- > 0)
        await write('gates', 'node', [
          {
            kind: 'put',
            key: 'gate',
            ifMatch: 'any',
            open: true,
            schema: 1,
            data: { ...(await world.gate()), sequence: 10 - others },
          },
        ]);
      return write(...change);
    };

    expect((await hold()).status).toBe(202);

    expect(await world.gate()).toMatchObject({ sequence: 10, hold: { why: 'stop' } });
    expect(await world.requested()).toBe(1);
  });

  it('reaches a gate whose story is at work, without a second one', async () => {
    world.stories.atWork('runGate', 'node', Date.now());

    expect((await hold()).status).toBe(202);

    expect(world.stories.started).not.toContain('runGate node');
    expect(await world.requested()).toBe(1);
  });
});

it('the tag of a reference is resolved once, and the candidate keeps the digest when the tag moves', async () => {
  await promote({ reference: UPSTREAM, reason: 'x' });
  world.upstreams.set(UPSTREAM, image(['other']).manifest);

  expect(await opened()).toMatchObject({ digest });
});
