/** Putting an earlier version back at an app: which one, who wanted it, and what is refused. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { Version } from '../../../../shared/domain/image-state.ts';
import { promotionKey } from '../../../../shared/ledger/gate-rows.ts';
import { appKey, readImage, versionKey, type AppRow } from '../../../../shared/ledger/image-book.ts';
import { A, B, C, NOW, promotion, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const rollBack = (body: object) => call(world, 'rollBackApp', { params: { app: 'web' }, body });
const personHold = async (of = 'hello') => (await readImage(world.ledger, of)).apps.get('web')?.value.personHold;
const put = (key: string, data: unknown) =>
  world.ledger.write('images', 'hello', [{ kind: 'put', key, ifMatch: 'any', open: true, schema: 1, data }]);
const version = (digest: Version['digest'], number: number) =>
  put(versionKey(digest), { digest, number, at: NOW } satisfies Version);
const healthy = (digest: Version['digest'], number: number) => ({
  digest,
  number,
  key: `k${number}`,
  group: {},
  secrets: {},
  at: NOW,
});
const runs = (digest: Version['digest'], number: number, rest: Partial<AppRow> = {}) =>
  put(appKey('web'), {
    attempts: 2,
    deployment: { attempt: 2, digest, number, key: `k${number}`, putBack: false, state: 'healthy', startedAt: NOW },
    ...rest,
  });

describe('a rollback to a digest', () => {
  it('holds the app for the person, with the version that is put back', async () => {
    await version(B, 1);
    await runs(A, 2);

    const { status, json, headers } = await rollBack({ digest: B, reason: 'errors since noon' });

    expect(status).toBe(202);
    expect(headers['location']).toBe('/api/apps/web');
    expect(json).toEqual({ app: 'web', what: 'roll back' });
    expect(await personHold()).toMatchObject({
      by: 'local-operator',
      why: 'errors since noon',
      putBack: { digest: B, number: 1 },
    });
    expect(world.stories.started).toEqual(['rollOut hello']);
  });

  it('takes a promotion, by either of its digests, where the app runs a gate', async () => {
    world = functionWorld({
      gates: { 'runs: hello': 'runs: node' },
      group: { '${TEAM_REGISTRY}/hello:1': '${BASE_REGISTRY}/node:1' },
    });
    const data = { ...promotion(B, 3), layers: [] };
    await world.ledger.write('gates', 'node', [
      { kind: 'put', key: promotionKey(3), ifMatch: 'new', open: false, schema: 1, data },
    ]);

    for (const digest of [B, subjectOf(B)]) {
      expect((await rollBack({ digest, reason: 'older' })).status).toBe(202);
      expect((await personHold('node'))?.putBack).toEqual({ digest: subjectOf(B), number: 3 });
    }
    const { status, json } = await rollBack({ digest: A, reason: 'older' });
    expect(status).toBe(422);
    expect(json['detail']).toContain('was never promoted by gate "node"');
  });

  it('is refused for what is no version of the image, saying where they are', async () => {
    const { status, json } = await rollBack({ digest: C, reason: 'x' });

    expect(status).toBe(422);
    expect(json['detail']).toBe(`${C} is no known version of image "hello"; its versions are at /api/images/hello`);
    expect(world.stories.started).toEqual([]);
  });

  it('is refused for a build that did not stand on its base', async () => {
    await version(C, 0);

    const { status, json } = await rollBack({ digest: C, reason: 'x' });

    expect(status).toBe(422);
    expect(json['detail']).toContain('was refused as a version');
  });
});

describe('a rollback without a digest', () => {
  const putBack = async () => (await personHold())?.putBack;

  it('takes the last healthy version before the one that is healthy now', async () => {
    await runs(A, 2, { lastHealthy: healthy(A, 2), previousHealthy: { digest: B, number: 1 } });

    expect((await rollBack({ reason: 'x' })).status).toBe(202);
    expect(await putBack()).toEqual({ digest: B, number: 1 });
  });

  it('takes the last healthy version where the one that was deployed is not', async () => {
    await runs(A, 2, { lastHealthy: healthy(B, 1) });

    await rollBack({ reason: 'x' });

    expect(await putBack()).toEqual({ digest: B, number: 1 });
  });

  it('does not go forward to what a rollback left', async () => {
    await runs(B, 1, { lastHealthy: healthy(B, 1), previousHealthy: { digest: A, number: 2 } });

    const { status, json } = await rollBack({ reason: 'x' });

    expect(status).toBe(409);
    expect(json['detail']).toBe(
      'no earlier healthy version of app "web" is known; name one as "digest" (see /api/images/hello)',
    );
  });

  it('is refused for an app that was never deployed', async () => {
    expect((await rollBack({ reason: 'x' })).status).toBe(409);
    expect(await personHold()).toBeUndefined();
  });
});

it.each<[what: string, body: object | string, status: number, detail: string]>([
  ['no reason', {}, 422, 'reason: '],
  ['what is no digest', { digest: 'latest', reason: 'x' }, 422, 'digest: '],
  ['a key that means nothing', { reason: 'x', force: true }, 422, 'force'],
  ['half a JSON', '{"reason":', 400, 'cannot be read as JSON'],
])('refuses %s', async (_, body, status, detail) => {
  const answer = await call(world, 'rollBackApp', { params: { app: 'web' }, body });

  expect(answer.status).toBe(status);
  expect(answer.json['detail']).toContain(detail);
  expect(world.ledger.dump('images', 'hello')).toEqual({});
});

it('answers 404 for an app that is not there', async () => {
  expect((await call(world, 'rollBackApp', { params: { app: 'wep' }, body: { reason: 'x' } })).status).toBe(404);
});
