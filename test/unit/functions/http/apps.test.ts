/** What the API says of apps and rollouts. */
import { beforeEach, describe, expect, it } from 'vitest';
import { appKey, IMAGE, newImage, ROLLOUT } from '../../../../shared/ledger/image-book.ts';
import { request } from '../../../../shared/ledger/request.ts';
import { A, B, C, NOW, promotion, subjectOf } from '../../domain/gate-builders.ts';
import { functionWorld, type FunctionWorld } from '../world.ts';
import { call } from './call.ts';

let world: FunctionWorld;
beforeEach(() => {
  world = functionWorld();
});

const put = (key: string, data: unknown) =>
  world.ledger.write('images', 'hello', [{ kind: 'put', key, ifMatch: 'any', open: true, schema: 1, data }]);
const at = '2026-03-02T10:00:00.000Z';

describe('GET apps', () => {
  it('says what was deployed, what was healthy, and who holds it', async () => {
    await put(appKey('web'), {
      attempts: 3,
      deployment: {
        attempt: 3,
        digest: A,
        number: 2,
        key: 'k2',
        putBack: false,
        state: 'failed',
        startedAt: NOW,
        message: 'exit code 1',
      },
      lastHealthy: { digest: B, number: 1, key: 'k1', group: {}, secrets: { 'db-password': '1' }, at: NOW },
      previousHealthy: { digest: C, number: 0 },
      hold: { key: 'k2', digest: A, why: 'exit code 1', at: NOW },
      personHold: { by: 'ada', why: 'incident', at: NOW, putBack: { digest: B, number: 1 } },
      unhealthySince: NOW,
    });

    const { json } = await call(world, 'listApps');

    expect(json).toEqual({
      apps: [
        {
          name: 'web',
          runs: 'hello',
          resourceGroup: 'web-rg',
          group: 'web',
          deployment: {
            attempt: 3,
            digest: A,
            number: 2,
            putBack: false,
            state: 'failed',
            startedAt: at,
            message: 'exit code 1',
          },
          lastHealthy: { digest: B, number: 1 },
          previousHealthy: { digest: C, number: 0 },
          hold: { digest: A, why: 'exit code 1', at },
          personHold: { by: 'ada', why: 'incident', at, putBack: { digest: B, number: 1 } },
          unhealthySince: at,
        },
      ],
    });
  });

  it('lists an app that was never deployed', async () => {
    expect((await call(world, 'listApps')).json).toEqual({
      apps: [{ name: 'web', runs: 'hello', resourceGroup: 'web-rg', group: 'web' }],
    });
  });
});

describe('GET an app', () => {
  const getApp = () => call(world, 'getApp', { params: { app: 'web' } });

  it('says what its container group does, and at which address', async () => {
    world.groups.set(
      { resourceGroup: 'web-rg', name: 'web' },
      {
        provisioning: 'Succeeded',
        state: 'Running',
        ip: '127.0.1.10',
        fqdn: 'web.westeurope.azurecontainer.io',
        containers: [{ name: 'web', image: `team.azurecr.io/hello@${A}`, state: 'Running', restarts: 2 }],
        events: ['Started'],
      },
    );

    const { status, json } = await getApp();

    expect(status).toBe(200);
    expect(json['containerGroup']).toEqual({
      kind: 'there',
      provisioning: 'Succeeded',
      state: 'Running',
      address: 'web.westeurope.azurecontainer.io',
      ip: '127.0.1.10',
      containers: [{ name: 'web', image: `team.azurecr.io/hello@${A}`, state: 'Running', restarts: 2 }],
      events: ['Started'],
    });
  });

  it('says that there is none yet', async () => {
    expect((await getApp()).json['containerGroup']).toEqual({ kind: 'absent' });
  });

  it('says what the ledger knows also when Azure does not answer, and logs why', async () => {
    world.groups.failNext('read', new Error('AuthorizationFailed for /subscriptions/0'));

    const { status, json, text } = await getApp();

    expect(status).toBe(200);
    expect(json).toMatchObject({ name: 'web', containerGroup: { kind: 'unknown' } });
    expect(text).not.toContain('AuthorizationFailed');
    expect(world.logged.join()).toContain('container group web-rg/web could not be read: AuthorizationFailed');
  });

  it('answers 404 for an app that is not there', async () => {
    expect(await call(world, 'getApp', { params: { app: '__proto__' } })).toMatchObject({
      status: 404,
      json: { detail: 'there is no app "__proto__"; there are: web' },
    });
  });
});

describe('GET a rollout', () => {
  const getRollout = (id: string) => call(world, 'getRollout', { params: { id } });

  it('says what is wanted, why it rests, and how far each app is', async () => {
    await put(IMAGE, { ...newImage, newest: { digest: A, number: 2, at: NOW } });
    const reason = { kind: 'secret-missing', app: 'web', names: ['db-password'] };
    await put(ROLLOUT, { handled: 1, failures: 0, resting: { reason, at: NOW } });

    const { status, json } = await getRollout('hello');

    expect(status).toBe(200);
    expect(json).toEqual({
      id: 'hello',
      wanted: { digest: A, number: 2 },
      next: { action: 'rest', why: 'app "web" needs what the key vault has not, or not enabled: db-password' },
      apps: [{ name: 'web', runs: 'hello', resourceGroup: 'web-rg', group: 'web' }],
    });
  });

  it('says that it was asked since it rested', async () => {
    await put(ROLLOUT, { handled: 0, failures: 0, resting: { reason: { kind: 'up-to-date' }, at: NOW } });
    await request(world.ledger, 'images', 'hello');

    expect((await getRollout('hello')).json['next']).toEqual({
      action: 'look',
      why: 'it was asked to look, and has not rested since',
    });
  });

  it('says what keeps it from looking, though it was asked to', async () => {
    const reason = { kind: 'trouble', message: 'Container Instances refused to read the container group' };
    await put(ROLLOUT, { handled: 0, failures: 3, resting: { reason, at: NOW, dueAt: NOW + 60_000 } });
    await request(world.ledger, 'images', 'hello');

    expect((await getRollout('hello')).json['next']).toMatchObject({
      action: 'rest',
      why: expect.stringContaining('refused to read the container group') as unknown,
    });
  });

  it('of a gate whose promotions run as they are, says the promotion', async () => {
    world = functionWorld({
      gates: { 'runs: hello': 'runs: node' },
      group: { '${TEAM_REGISTRY}/hello:1': '${BASE_REGISTRY}/node:1' },
    });
    await world.setGate({ current: promotion(B, 7) });

    expect((await getRollout('node')).json).toMatchObject({
      id: 'node',
      wanted: { digest: subjectOf(B), number: 7 },
      apps: [{ name: 'web', runs: 'node' }],
    });
  });

  it('answers 404 for what no app runs, naming what there is', async () => {
    expect(await getRollout('node')).toMatchObject({
      status: 404,
      json: { detail: 'no app runs "node"; there are rollouts of: hello' },
    });
  });
});
