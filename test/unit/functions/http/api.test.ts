/** What holds of every route: who may call it, what an error says, and what is not built. */
import { beforeEach, describe, expect, it, test } from 'vitest';
import { ACCESS } from '../../../../functions/http/access.ts';
import { endpoints } from '../../../../functions/http/endpoints/all.ts';
import { activities } from '../../../../functions/activities/activities.ts';
import { stories } from '../../../../orchestrations/stories.ts';
import { SWEEP_OVERDUE_MS } from '../../../../functions/http/endpoints/health.ts';
import { writeSweep } from '../../../../shared/ledger/sweep-book.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call, principal } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const swept = (endedAt: number) =>
  writeSweep(world.ledger, { endedAt, gates: 1, started: [], ended: [], problems: [] });

describe('with Entra ID, a caller', () => {
  const asked = { params: { gate: 'node' }, body: { reason: 'stop' }, authMode: 'entra' as const };
  const hold = (headers: Record<string, string>) => call(world, 'holdGate', { ...asked, headers });
  const list = (headers: Record<string, string>) => call(world, 'listGates', { authMode: 'entra', headers });

  test.each<[who: string, headers: Record<string, string>, reads: number, holds: number]>([
    ['without an identity', {}, 401, 401],
    ['with an identity that cannot be read', { 'x-ms-client-principal': 'e30=' }, 401, 401],
    ['with an identity that is no base64', { 'x-ms-client-principal': '{"claims":[]}' }, 401, 401],
    ['without an object id', principal(['operator'], { id: null }), 401, 401],
    ['without a role', principal([]), 403, 403],
    ['with a role of another app', principal(['Owner', 'viewer2']), 403, 403],
    ['who may look', principal(['viewer']), 200, 403],
    ['who operates', principal(['operator']), 200, 202],
    ['who manages releases', principal(['release-manager']), 200, 202],
    ['who may look and operate', principal(['viewer', 'operator']), 200, 202],
  ])('%s', async (_, headers, reads, holds) => {
    expect((await list(headers)).status).toBe(reads);
    expect((await hold(headers)).status).toBe(holds);
  });

  it('that is refused is told which role is needed, and nothing is written', async () => {
    const { json } = await hold(principal(['viewer']));

    expect(json).toMatchObject({ status: 403, title: 'Not allowed' });
    expect(json['detail']).toContain('"operator"');
    expect(world.ledger.dump('gates', 'node')).toEqual({});
  });

  it('whose roles are named by the long claim type is known too', async () => {
    const header = Buffer.from(
      JSON.stringify({
        claims: [
          { typ: 'oid', val: 'b6f0' },
          { typ: 'http://schemas.microsoft.com/ws/2008/06/identity/claims/role', val: 'viewer' },
        ],
      }),
    ).toString('base64');

    expect((await list({ 'x-ms-client-principal': header })).status).toBe(200);
  });

  test.each(endpoints.map(({ name }) => [name]))('without an identity reaches nothing of %s', async (name) => {
    const { status } = await call(world, name, { authMode: 'entra', params: { gate: 'node' } });

    expect(status).toBe(401);
    expect(world.ledger.calls).toEqual([]);
    expect(world.policies.calls).toEqual([]);
  });
});

it('every route that changes something needs more than a viewer', () => {
  const writes = endpoints.filter((endpoint) => endpoint.method !== 'GET');

  expect(writes.map(({ name }) => name).toSorted()).toEqual([
    'abortCandidate',
    'decideApproval',
    'freezeAll',
    'holdAll',
    'holdGate',
    'liftRecall',
    'recallDigest',
    'requestAppHold',
    'requestAppResume',
    'requestBuild',
    'requestOverride',
    'requestPromotion',
    'requestRecheck',
    'resumeAll',
    'resumeGate',
    'rollBackApp',
    'thawAll',
  ]);
  expect(writes.filter(({ name }) => ACCESS[name] === 'viewer')).toEqual([]);
});

it('no endpoint has the name of an activity or a story: Functions has one list of names', () => {
  const others = [...Object.keys(activities(world)), ...Object.keys(stories), 'onImagePushed', 'checkUpstreams'];

  expect(endpoints.filter(({ name }) => others.includes(name))).toEqual([]);
});

it('no two routes are the same', () => {
  const routes = endpoints.map(({ method, route }) => `${method} ${route.replaceAll(/\{[^}]+\}/g, '{}')}`);

  expect(new Set(routes).size).toBe(routes.length);
  expect(new Set(endpoints.map(({ name }) => name)).size).toBe(endpoints.length);
});

describe('what was not expected', () => {
  it('says nothing to the outside but where it was logged', async () => {
    const error = new Error('AccountKey=c2VjcmV0 was refused at /app/shared/azure/ledger.ts:12');
    world.ledger.failNext('rows', error);

    const { status, text, json, logged } = await call(world, 'listGates');

    expect(status).toBe(500);
    expect(json['detail']).toBe('it was logged under invocation invocation-7; try again');
    expect(text).not.toMatch(/AccountKey|ledger\.ts| at |stack/);
    expect(logged.join()).toContain('listGates failed: AccountKey=c2VjcmV0');
  });

  it('is a problem document too when something that is no error is thrown', async () => {
    world.policies.current = () => Promise.reject('no reason' as unknown as Error);

    const { status, headers } = await call(world, 'listGates');

    expect(status).toBe(500);
    expect(headers['content-type']).toBe('application/problem+json');
  });
});

describe('health', () => {
  it('is ok with a valid policy and a ledger that answers, before the first sweep', async () => {
    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(200);
    expect(json).toMatchObject({
      status: 'ok',
      wrong: [],
      policy: { hash: world.policy.hash, gates: ['node'], images: ['hello'], apps: ['web'] },
    });
  });

  it('says when the last sweep ended', async () => {
    const endedAt = Date.now() - 60_000;
    await swept(endedAt);

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(200);
    expect(json['lastSweep']).toMatchObject({ endedAt: new Date(endedAt).toISOString(), gates: 1 });
  });

  it('is degraded when no sweep has ended lately', async () => {
    await swept(Date.now() - SWEEP_OVERDUE_MS - 1_000);

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json['status']).toBe('degraded');
    expect(json['wrong']).toEqual([expect.stringContaining('no sweep has ended')]);
  });

  it('is degraded when none has ended half an hour after the app began', async () => {
    world.startedAt = Date.now() - SWEEP_OVERDUE_MS - 1_000;

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json['wrong']).toEqual([expect.stringContaining('no sweep has ever ended')]);
  });

  it('is degraded when the last sweep found rows that it could not read, and says which', async () => {
    const unreadable = ['gate "node": ledger row "gate" has schema 9'];
    await writeSweep(world.ledger, {
      ...{ endedAt: Date.now(), gates: 1, started: [], ended: [], problems: [] },
      unreadable,
    });

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json['wrong']).toEqual([`ledger: ${unreadable[0]}`]);
    expect(json['lastSweep']).toMatchObject({ unreadable });
  });

  it('is degraded when what it asks itself is of a later version of the app', async () => {
    await world.ledger.write('gates', '(everything)', [
      { kind: 'put', key: 'hold', ifMatch: 'new', open: false, schema: 9, data: {} },
    ]);

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json['wrong']).toEqual([expect.stringContaining('ledger row "hold" has schema 9')]);
  });

  it('is degraded when a newer policy is not valid, and says what is wrong and which one is in force', async () => {
    world.policies.break(['gates.yaml:3:5  gate "node": "to" is missing.']);

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json['wrong']).toEqual(['policy: gates.yaml:3:5  gate "node": "to" is missing.']);
    expect(json['policy']).toMatchObject({ hash: world.policy.hash });
  });

  it('is degraded when the ledger does not answer', async () => {
    world.ledger.failNext('get', new Error('the storage account does not answer'));

    const { status, json } = await call(world, 'getHealth');

    expect(status).toBe(503);
    expect(json['wrong']).toEqual(['ledger: the storage account does not answer']);
  });
});

test('a row that is of a later version of the app is named to whoever asks for it', async () => {
  await world.ledger.write('gates', 'node', [
    { kind: 'put', key: 'gate', ifMatch: 'new', open: true, schema: 9, data: {} },
  ]);

  const { status, json } = await call(world, 'getGate', { params: { gate: 'node' } });

  expect(status).toBe(500);
  expect(json['detail']).toContain('ledger row "gate" has schema 9');
  expect(json['detail']).toContain('deploy the newer version again');
});
