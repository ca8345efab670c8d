import { describe, expect, test } from 'vitest';
import { nextRolloutAction, type RolloutAction } from '../../../shared/domain/rollout-action.ts';
import { A, B, MINUTE, NOW } from './gate-builders.ts';
import { app, deployment, newApp, person, rollout, system, v1, v2 } from './rollout-builders.ts';
import { failedAt2, left, puttingBack, v0, withoutSecret, type Row } from './rollout-rows.ts';

const deploy = (attempt = 2, name = 'web'): RolloutAction => ({ kind: 'deploy', app: name, attempt, wanted: v2 });
const upToDate: RolloutAction = { kind: 'rest', reason: { kind: 'up-to-date' } };
const deploying = deployment(v2, { attempt: 1, state: 'deploying', startedAt: NOW - MINUTE });

describe('an app', () => {
  test.each<Row>([
    [
      'that is being deployed is watched',
      rollout(app({ deployment: deploying, health: { kind: 'bad', message: 'no answer' } })),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'that is being deployed is watched even if somebody holds it now',
      rollout(app({ deployment: deploying, personHold: person, health: { kind: 'bad', message: 'no answer' } })),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'that has just become healthy is watched',
      rollout(app({ deployment: { ...deploying, healthySince: NOW - 2_999 } })),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'that has been healthy for the watch time is recorded',
      rollout(app({ deployment: { ...deploying, healthySince: NOW - 3_000 } })),
      { kind: 'record-healthy', app: 'web', attempt: 1 },
    ],
    [
      'is not recorded healthy when it no longer is',
      rollout(
        app({
          deployment: { ...deploying, healthySince: NOW - MINUTE },
          health: { kind: 'bad', message: 'answered 500' },
        }),
      ),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'whose group failed has failed at once',
      rollout(
        app({
          deployment: deploying,
          running: { kind: 'failed', message: 'exit code 1' },
          health: { kind: 'bad', message: 'no answer' },
        }),
      ),
      { kind: 'record-failed', app: 'web', attempt: 1, message: 'exit code 1' },
    ],
    [
      'that is not healthy in time has failed, with what is wrong',
      rollout(app({ deployment: deploying, withinMs: MINUTE - 1, health: { kind: 'bad', message: 'answered 500' } })),
      {
        kind: 'record-failed',
        app: 'web',
        attempt: 1,
        message: 'not healthy within 59.999 s: answered 500',
      },
    ],
    [
      'that is healthy at its deadline is not failed for it',
      rollout(app({ deployment: { ...deploying, healthySince: NOW - 1 }, withinMs: 1 })),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'whose secret is missing is left, and the secret is named',
      rollout(withoutSecret()),
      { kind: 'rest', reason: { kind: 'secret-missing', app: 'web', names: ['db-password'] } },
    ],
    [
      'that stands on a promotion whose record does not hold is left, with the reason, and stops the wave',
      rollout(app({ unproven: 'its signature is not by this key' }), app({ app: 'zebra' })),
      { kind: 'rest', reason: { kind: 'record-refused', app: 'web', why: 'its signature is not by this key' } },
    ],
    [
      'that failed is put back though the record of what is wanted does not hold',
      rollout(app({ unproven: 'it was removed', hold: system(v2), deployment: failedAt2 })),
      { kind: 'put-back', app: 'web', attempt: 2 },
    ],
    [
      'that failed is put back though a secret of what is wanted is missing now',
      rollout({ ...withoutSecret(), hold: system(v2), deployment: failedAt2 }),
      { kind: 'put-back', app: 'web', attempt: 2 },
    ],
    [
      'held by a person whose secret is missing is left for the person',
      rollout({ ...withoutSecret(), personHold: person }),
      left('ada', 'incident'),
    ],
    ['for which nothing is wanted is left', rollout(newApp()), { kind: 'rest', reason: { kind: 'nothing-wanted' } }],
    [
      'whose wanted version the system holds is put back to its last healthy state',
      rollout(app({ hold: system(v2), deployment: failedAt2, attempts: 5 })),
      { kind: 'put-back', app: 'web', attempt: 6 },
    ],
    [
      'that was put back is left, and the hold says why',
      rollout(app({ hold: system(v2), deployment: deployment(v1, { putBack: true }) })),
      left('gated-import', 'exit code 1'),
    ],
    [
      'whose put-back failed is held as it is',
      rollout(app({ hold: system(v2), deployment: deployment(v1, { putBack: true, state: 'failed' }) })),
      left('gated-import', 'exit code 1'),
    ],
    [
      'that never was healthy is held as it is',
      rollout(newApp({ wanted: v2, hold: system(v2), deployment: failedAt2 })),
      left('gated-import', 'exit code 1'),
    ],
    [
      'is not put back to the very state that failed',
      rollout(app({ hold: system(v2), deployment: failedAt2, lastHealthy: { key: v2.key, digest: A } })),
      left('gated-import', 'exit code 1'),
    ],
    [
      'at which the wanted version failed is held there, before anything is put back',
      rollout(app({ deployment: failedAt2 })),
      { kind: 'hold', app: 'web', wanted: v2, why: 'exit code 1' },
    ],
    [
      'at which an earlier version failed gets the new one',
      rollout(app({ deployment: deployment(v1, { state: 'failed' }) })),
      deploy(),
    ],
    ['gets what is newer than what the system holds', rollout(app({ hold: system(v1) })), deploy()],
    [
      'that runs what is wanted is up to date',
      rollout(app({ deployment: deployment(v2), running: { kind: 'running', digest: v2.digest } })),
      upToDate,
    ],
    [
      'that runs what is wanted is up to date though it answers badly: a later look announces that',
      rollout(
        app({
          deployment: deployment(v2),
          running: { kind: 'running', digest: v2.digest },
          health: { kind: 'bad', message: 'answered 500' },
        }),
      ),
      upToDate,
    ],
    [
      'whose group file or secret has changed is deployed again with the same digest',
      rollout(
        app({
          wanted: { ...v2, key: 'changed' },
          deployment: deployment(v2),
          running: { kind: 'running', digest: v2.digest },
        }),
      ),
      { kind: 'deploy', app: 'web', attempt: 2, wanted: { ...v2, key: 'changed' } },
    ],
    [
      'that runs another digest than was deployed is deployed again',
      rollout(app({ deployment: deployment(v2), running: { kind: 'running', digest: B } })),
      deploy(),
    ],
    [
      'that runs something that is no digest is deployed again',
      rollout(app({ deployment: deployment(v2), running: { kind: 'running' } })),
      deploy(),
    ],
    [
      'whose group is gone is deployed again',
      rollout(app({ deployment: deployment(v2), running: { kind: 'absent' } })),
      deploy(),
    ],
    ['in transition is watched', rollout(app({ running: { kind: 'in-transition' } })), { kind: 'watch', seconds: 30 }],
    [
      'that a person stopped is left stopped',
      rollout(app({ running: { kind: 'stopped' } })),
      { kind: 'rest', reason: { kind: 'stopped', app: 'web' } },
    ],
    [
      'that was never deployed here is deployed, even if its group is stopped',
      rollout(newApp({ wanted: v2, running: { kind: 'stopped' } })),
      deploy(1),
    ],
    ['is deployed for the first time', rollout(newApp({ wanted: v2 })), deploy(1)],
    ['is deployed otherwise', rollout(app()), deploy()],
  ])('%s', (_, state, action) => expect(nextRolloutAction(state, NOW)).toEqual(action));
});

describe('a wave', () => {
  const healthy = (name: string) =>
    app({ app: name, deployment: deployment(v2), running: { kind: 'running', digest: v2.digest } });
  test.each<Row>([
    ['is done when every app is', rollout(healthy('a'), healthy('b')), upToDate],
    ['goes to the next app when one is done', rollout(healthy('a'), app({ app: 'b' })), deploy(2, 'b')],
    [
      'goes no further while one is being deployed',
      rollout(app({ app: 'a', deployment: deploying, health: { kind: 'bad', message: 'no' } }), app({ app: 'b' })),
      { kind: 'watch', seconds: 6 },
    ],
    [
      'stops at an app where the wanted version failed',
      rollout(app({ app: 'a', hold: system(v2), deployment: deployment(v1, { putBack: true }) }), app({ app: 'b' })),
      left('gated-import', 'exit code 1', 'a'),
    ],
    [
      'holds a version where it failed before it goes to the next app',
      rollout(app({ app: 'a', deployment: failedAt2 }), app({ app: 'b' })),
      { kind: 'hold', app: 'a', wanted: v2, why: 'exit code 1' },
    ],
    [
      'passes an app that a person holds',
      rollout(app({ app: 'a', personHold: person }), app({ app: 'b' })),
      deploy(2, 'b'),
    ],
    ['passes an app whose secret is missing', rollout(withoutSecret({ app: 'a' }), app({ app: 'b' })), deploy(2, 'b')],
    [
      'passes an app at which what a person put back failed',
      rollout(
        app({ app: 'a', ...puttingBack(v0), hold: system(v0), deployment: deployment(v1, { putBack: true }) }),
        app({ app: 'b' }),
      ),
      deploy(2, 'b'),
    ],
    [
      'passes an app that a person stopped',
      rollout(app({ app: 'a', running: { kind: 'stopped' } }), app({ app: 'b' })),
      deploy(2, 'b'),
    ],
    [
      'that is done says what was left',
      rollout(app({ app: 'a', personHold: person }), healthy('b')),
      left('ada', 'incident', 'a'),
    ],
    ['without apps is done', rollout(), upToDate],
  ])('%s', (_, state, action) => expect(nextRolloutAction(state, NOW)).toEqual(action));
});
