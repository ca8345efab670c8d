/** Asking again: every check of a candidate, and the build of an image. */
import { beforeEach, describe, expect, it } from 'vitest';
import { forCandidate } from '../../../../shared/domain/gate-action.ts';
import type { Outcome } from '../../../../shared/domain/outcome.ts';
import { readCandidate, readGate } from '../../../../shared/ledger/gate-book.ts';
import { gateStateOf } from '../../../../shared/ledger/gate-state-of.ts';
import { IMAGE, readImage } from '../../../../shared/ledger/image-book.ts';
import { A, B, done, NOW, promotion, running, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(async () => {
  world = functionWorld();
  await world.setGate({ sequence: 1, upstream: { digest: A, since: NOW, sequence: 1 } });
});

const params = { gate: 'node', digest: A };
const recheck = (body: object = { reason: 'the mirror was down' }) => call(world, 'requestRecheck', { params, body });
const today = () => world.policy.gates['node']?.checks[0]?.hash ?? '';
const row = async () => (await readCandidate(world.ledger, 'node', A))?.row.value;
const settled = (outcome: Outcome) => ({ settled: { outcome, at: NOW, checkHashes: [today()] } });
const rejected: Outcome = { kind: 'rejected', reason: { kind: 'check-failed', checks: ['functional'], details: [] } };

/** What the gate does with the candidate after it was asked. */
async function next() {
  const gate = world.policy.gates['node'];
  if (!gate) throw new Error('no gate');
  const state = gateStateOf(gate, await readGate(world.ledger, 'node'), {
    upstream: { kind: 'at', digest: A },
    stable: undefined,
    holdOnEverything: undefined,
    freeze: undefined,
  });
  const [open] = state.open;
  return open && forCandidate(state, open, NOW);
}

describe('a re-check', () => {
  it('of an open candidate has every check asked again, under the next attempt', async () => {
    await world.setCandidate(
      { digest: A, subject: subjectOf(A), trouble: { message: 'busy', times: 3, retryAt: NOW * 2 } },
      { functional: done('pass', { checkHash: today(), attempt: 4 }) },
    );

    const { status, json } = await recheck();

    expect(status).toBe(202);
    expect(json).toEqual({ gate: 'node', what: 'recheck' });
    expect(await row()).toMatchObject({ opening: 1, subject: subjectOf(A) });
    expect(await next()).toEqual({
      kind: 'check',
      digest: A,
      checks: [{ check: 'functional', attempt: 5, tries: 1 }],
    });
    expect(world.stories.started).toEqual(['runGate node']);
  });

  it('overtakes a check that is under way', async () => {
    await world.setCandidate({ digest: A, subject: subjectOf(A) }, { functional: running({ checkHash: today() }) });

    await recheck();

    expect(await next()).toMatchObject({ kind: 'check', checks: [{ attempt: 2 }] });
  });

  it('opens a rejected candidate again, anew', async () => {
    await world.setCandidate(
      { digest: A, subject: subjectOf(A), opening: 2, aborted: { by: 'bob', why: 'x' }, ...settled(rejected) },
      { functional: done('fail', { checkHash: today() }) },
    );

    expect((await recheck()).status).toBe(202);

    expect(await row()).toEqual({
      digest: A,
      platforms: 'linux/amd64',
      images: [{ platform: 'linux/amd64', digest: subjectOf(A) }],
      sequence: 1,
      seenSince: 1,
      sightedAt: 1,
      opening: 3,
      subject: subjectOf(A),
    });
    expect(await next()).toMatchObject({ kind: 'check' });
  });

  it('takes in anew what was unusable', async () => {
    const outcome: Outcome = { kind: 'failed', reason: { kind: 'unusable', message: 'no linux/amd64 in it' } };
    await world.setCandidate({ digest: A, unusable: 'no linux/amd64 in it', ...settled(outcome) });

    await recheck();

    expect(await next()).toEqual({ kind: 'intake', digest: A });
  });

  it.each<[what: string, outcome: Outcome, why: string]>([
    ['promoted', { kind: 'promoted' }, 'promoted'],
    ['superseded', { kind: 'superseded', by: 2 }, 'superseded by number 2'],
  ])('of what was %s is refused, with what to do instead', async (_, outcome, why) => {
    await world.setCandidate({ digest: A, ...settled(outcome) });
    const before = world.ledger.dump('gates', 'node');

    const { status, json } = await recheck();

    expect(status).toBe(409);
    expect(json['detail']).toBe(
      `${A} is settled: ${why}; to have it checked and promoted all the same, POST /api/gates/node/promotions with "reference": "public.example.com/node@${A}"`,
    );
    expect(world.ledger.dump('gates', 'node')).toEqual(before);
  });

  it('that would only be settled at once is refused, with the rule that settles it', async () => {
    await world.setGate({ sequence: 2, upstream: { digest: B, since: NOW, sequence: 2 } });
    await world.setCandidate({ digest: A, ...settled(rejected) });

    const { status, json } = await recheck();

    expect(status).toBe(409);
    expect(json['detail']).toContain('would be settled at once: superseded by number 2; to have it checked');
    expect((await row())?.settled).toBeDefined();
  });

  it('of what is older than the current one is refused', async () => {
    await world.setGate({ current: promotion(B, 2) });
    await world.setCandidate({ digest: A, ...settled(rejected) });

    expect((await recheck()).status).toBe(409);
  });

  it('of the current one that was recalled is refused, with who recalled it', async () => {
    const recalled = [{ digest: A, subject: subjectOf(A), by: 'bob', why: 'CVE-2026-1', at: NOW }];
    await world.setGate({ current: promotion(A, 1), recalled });
    await world.setCandidate({ digest: A, ...settled({ kind: 'promoted' }) });

    const { status, json } = await recheck();

    expect(status).toBe(409);
    expect(json['detail']).toContain('was recalled by bob: CVE-2026-1');
  });

  it('of the current one is refused where the policy names other platforms now', async () => {
    await world.setGate({ current: promotion(A, 1) });
    await world.setCandidate({ digest: A, platforms: 'linux/s390x', ...settled({ kind: 'promoted' }) });

    const { status, json } = await recheck();

    expect(status).toBe(409);
    expect(json['detail']).toContain('for other platforms (linux/s390x) than the policy names now (linux/amd64)');
  });

  it('answers 404 for what the gate has never seen', async () => expect((await recheck()).status).toBe(404));
  it('wants a reason', async () => {
    await world.setCandidate({ digest: A });

    expect((await recheck({})).status).toBe(422);
  });
  it('answers 400 for what is no digest', async () => {
    const asked = { params: { gate: 'node', digest: 'latest' }, body: { reason: 'x' } };

    expect((await call(world, 'requestRecheck', asked)).status).toBe(400);
  });
});

describe('POST builds', () => {
  const build = (body: object = { reason: 'the Dockerfile is mended' }, image = 'hello') =>
    call(world, 'requestBuild', { params: { image }, body });

  it('forgets that the build failed, and starts the story', async () => {
    const failure = { given: { node: A }, times: 3, at: NOW, message: 'step build failed' };
    const data = { sequence: 2, followed: 2, seenUntil: 5, attempts: 4, handled: 0, failures: 0, failure };
    await world.ledger.write('images', 'hello', [
      { kind: 'put', key: IMAGE, ifMatch: 'new', open: true, schema: 1, data },
    ]);

    const { status, json, headers } = await build();

    expect(status).toBe(202);
    expect(headers['location']).toBe('/api/images/hello');
    expect(json).toEqual({ image: 'hello', what: 'build' });
    const book = await readImage(world.ledger, 'hello');
    expect(book.image?.value).toEqual({ ...data, failure: undefined });
    expect(book.requested).toBe(1);
    expect(book.outbox).toMatchObject([{ row: { value: { what: 'build', why: 'the Dockerfile is mended' } } }]);
    expect(world.stories.started).toEqual(['buildImage hello']);
  });

  it('starts the story of an image that was never built', async () => {
    expect((await build()).status).toBe(202);
    expect(world.stories.started).toEqual(['buildImage hello']);
  });

  it('is refused for an image that the policy does not build', async () => {
    world = functionWorld({ gates: { '    build: { task: hello-build, pass: { BASE_IMAGE: node } }\n': '' } });

    const { status, json } = await build();

    expect(status).toBe(409);
    expect(json['detail']).toContain('the policy names no build for image "hello"');
    expect(world.stories.started).toEqual([]);
  });

  it('answers 404 for an image that is not there', async () => {
    expect(await build({ reason: 'x' }, 'helo')).toMatchObject({
      status: 404,
      json: { detail: 'there is no image "helo"; there are: hello' },
    });
  });
  it('wants a reason', async () => expect((await build({})).status).toBe(422));
});
