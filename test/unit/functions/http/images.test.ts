/** What the API says of images, their versions, and what stands on a candidate. */
import { beforeEach, describe, expect, it } from 'vitest';
import type { ImageReason } from '../../../../shared/domain/image-state.ts';
import { tag } from '../../../../shared/domain/reference.ts';
import { promotionKey } from '../../../../shared/ledger/gate-rows.ts';
import { appKey, IMAGE, newImage, versionKey } from '../../../../shared/ledger/image-book.ts';
import { writeLineage } from '../../../../shared/ledger/lineage-book.ts';
import { A, B, C, digestOf, MINUTE, NOW, promotion, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const put = (key: string, data: unknown) =>
  world.ledger.write('images', 'hello', [{ kind: 'put', key, ifMatch: 'any', open: true, schema: 1, data }]);
const at = '2026-03-02T10:00:00.000Z';
const getImage = (query?: string) =>
  call(world, 'getImage', { params: { image: 'hello' }, ...(query ? { query } : {}) });

describe('GET images', () => {
  it('lists an image that was never looked at', async () => {
    expect((await call(world, 'listImages')).json).toEqual({
      images: [{ name: 'hello', repository: 'team.azurecr.io/hello' }],
    });
  });

  it.each<[reason: ImageReason, why: string]>([
    [{ kind: 'up-to-date' }, 'the newest version is built from what its gates promoted last'],
    [{ kind: 'no-promotion', gates: ['node'] }, 'nothing was promoted yet by node'],
    [{ kind: 'held', by: 'ada', why: 'incident' }, 'everything is held by ada: incident'],
    [{ kind: 'held', by: 'ada', why: 'incident', gate: 'node' }, 'gate "node" is held by ada: incident'],
    [
      { kind: 'build-failed', times: 3, message: 'step 2 failed' },
      'its build on these bases has failed 3 times: step 2 failed',
    ],
  ])('says why it rests: %j', async (reason, why) => {
    await put(IMAGE, { ...newImage, resting: { reason, dueAt: NOW + MINUTE, at: NOW } });

    const [image] = (await call(world, 'listImages')).json['images'] as object[];

    expect(image).toMatchObject({ next: { action: 'rest', why, until: '2026-03-02T10:01:00.000Z' } });
  });
});

describe('GET an image', () => {
  beforeEach(async () => {
    await put(versionKey(B), { digest: B, number: 1, at: NOW, tag: tag.parse('v1') });
    await put(versionKey(C), { digest: C, number: 0, at: NOW });
    await put(versionKey(A), {
      digest: A,
      number: 2,
      at: NOW,
      base: { gate: 'node', digest: subjectOf(B) },
      given: { node: subjectOf(B) },
    });
    const data = { ...promotion(B, 7), layers: [] };
    await world.ledger.write('gates', 'node', [
      { kind: 'put', key: promotionKey(7), ifMatch: 'new', open: false, schema: 1, data },
    ]);
  });

  it('says its versions, newest first, with what each stands on, and where each runs', async () => {
    const deployment = { attempt: 1, digest: B, number: 1, key: 'k', putBack: false, state: 'healthy', startedAt: NOW };
    await put(appKey('web'), { attempts: 1, deployment });

    const { status, json } = await getImage();

    expect(status).toBe(200);
    expect(json).toEqual({
      name: 'hello',
      repository: 'team.azurecr.io/hello',
      task: 'hello-build',
      builtFrom: { BASE_IMAGE: 'node' },
      apps: ['web'],
      versions: [
        {
          digest: A,
          number: 2,
          at,
          base: { gate: 'node', digest: subjectOf(B) },
          given: { node: subjectOf(B) },
          lineage: {
            upstream: B,
            sequence: 7,
            unique: '15-alpine-ca7',
            candidate: `/api/gates/node/candidates/${B}`,
          },
          apps: [],
        },
        { digest: B, tag: 'v1', number: 1, at, apps: ['web'] },
      ],
    });
  });

  it('says the build that is under way and the one that failed', async () => {
    await put(IMAGE, {
      ...newImage,
      build: { attempt: 4, given: { node: A }, startedAt: NOW, deadlineAt: NOW + MINUTE, runId: 'ca9' },
      failure: { given: { node: B }, times: 2, at: NOW, message: 'step build failed', runId: 'ca8' },
    });

    expect((await getImage()).json).toMatchObject({
      build: { attempt: 4, given: { node: A }, startedAt: at, runId: 'ca9' },
      failure: { times: 2, message: 'step build failed', runId: 'ca8' },
    });
  });

  it('comes in pages', async () => {
    const first = (await getImage('limit=1')).json;
    expect(first['versions']).toMatchObject([{ number: 2 }]);

    const address = new URL(String(first['nextPage']), 'http://localhost');
    expect(address.pathname).toBe('/api/images/hello');
    const second = (await getImage(address.search.slice(1))).json;

    expect(second['versions']).toMatchObject([{ number: 1 }]);
    expect(second).not.toHaveProperty('nextPage');
  });

  it.each<[query: string, detail: string]>([
    ['limit=0', 'limit: '],
    ['limit=101', 'limit: '],
    ['limit=many', 'limit: '],
    ['limit=1&limit=2', 'given more than once: limit'],
    ['after=xyz', '"xyz" is no cursor of this list'],
    ['offset=3', 'Unrecognized key: "offset"; its parameters are: limit, after'],
  ])('refuses ?%s', async (query, detail) => {
    const { status, json } = await getImage(query);

    expect(status).toBe(400);
    expect(json['detail']).toContain(detail);
  });

  it('answers 404 for an image that is not there', async () => {
    expect((await call(world, 'getImage', { params: { image: 'constructor' } })).status).toBe(404);
  });
});

it('the lineage of a candidate says what stands on it', async () => {
  await world.setCandidate({ digest: A, subject: subjectOf(A) });
  const lines = [digestOf('d'), digestOf('e')].map((digest, index) => ({
    image: 'hello',
    digest,
    number: index + 1,
    at: NOW,
  }));
  for (const line of lines) await writeLineage(world.ledger, subjectOf(A), line);

  const { json } = await call(world, 'getCandidate', { params: { gate: 'node', digest: A } });

  expect(json['lineage']).toEqual(lines.map((line) => ({ ...line, at })));
});
