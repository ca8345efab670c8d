/** What happens at an app that a person holds, that is frozen, that stands on a recalled digest, or that a person puts back. */
import { describe, expect, test } from 'vitest';
import { nextRolloutAction, type RolloutAction } from '../../../shared/domain/rollout-action.ts';
import { MINUTE, NOW } from './gate-builders.ts';
import { app, deployment, person, rollout, system, v1, v2 } from './rollout-builders.ts';
import { failedAt2, left, puttingBack, v0, type Row } from './rollout-rows.ts';

const deployed = (wanted: typeof v2): RolloutAction => ({ kind: 'deploy', app: 'web', attempt: 2, wanted });

const freezes = { person: { by: 'ada', why: 'black friday', at: NOW - MINUTE, until: NOW + 60 * MINUTE } };
const frozen = { why: 'by ada: black friday', until: freezes.person.until };

describe('an app', () => {
  test.each<Row>([
    ['held by a person is left as it is', rollout(app({ personHold: person })), left('ada', 'incident')],
    [
      'held by a person is not put back either',
      rollout(app({ personHold: person, deployment: failedAt2 })),
      left('ada', 'incident'),
    ],
    [
      'held by a person, whose newest version the system holds too, is left, and the person is named',
      rollout(app({ personHold: person, hold: system(v2) })),
      left('ada', 'incident'),
    ],
    [
      'that is frozen is left until the freeze ends',
      rollout(app({ freezes })),
      { kind: 'rest', reason: { kind: 'frozen', app: 'web', ...frozen }, dueAt: frozen.until },
    ],
    [
      'that is frozen does not keep another one from what it wants',
      rollout(app({ freezes }), app({ app: 'zoo' })),
      { kind: 'deploy', app: 'zoo', attempt: 2, wanted: v2 },
    ],
    [
      'whose freeze is over gets what it wants',
      rollout(app({ freezes: { person: { ...freezes.person, until: NOW } } })),
      deployed(v2),
    ],
    [
      'that is frozen and up to date is up to date',
      rollout(app({ freezes, wanted: v1 })),
      { kind: 'rest', reason: { kind: 'up-to-date' } },
    ],
    [
      'that is frozen gets back what was lost: that changes nothing',
      rollout(app({ freezes, wanted: v1, running: { kind: 'absent' } })),
      deployed(v1),
    ],
    ['that is frozen gets what a person puts back now', rollout(app({ freezes, ...puttingBack(v0) })), deployed(v0)],
    [
      'that is frozen goes back to its last healthy state',
      rollout(app({ freezes, hold: system(v2), deployment: failedAt2 })),
      { kind: 'put-back', app: 'web', attempt: 2 },
    ],
    [
      'that should run what stands on a recalled digest is left',
      rollout(app({ recalled: { wanted: true } })),
      { kind: 'rest', reason: { kind: 'recalled', app: 'web', why: 'nothing else is wanted yet' } },
    ],
    [
      'that is frozen on a recalled digest gets what is wanted',
      rollout(app({ freezes, recalled: { deployed: true } })),
      deployed(v2),
    ],
    [
      'is not put back to what stands on a recalled digest, and that is said',
      rollout(app({ deployment: failedAt2, hold: system(v2), recalled: { lastHealthy: true } })),
      left(
        'gated-import',
        'exit code 1; its last healthy state is not put back, because it stands on a recalled digest',
      ),
    ],
    [
      'is put back from what stands on a recalled digest to what does not',
      rollout(app({ deployment: failedAt2, hold: system(v2), recalled: { wanted: true, deployed: true } })),
      { kind: 'put-back', app: 'web', attempt: 2 },
    ],
    [
      'held by a person on a recalled digest is left, and that is said',
      rollout(app({ personHold: person, recalled: { deployed: true } })),
      { kind: 'rest', reason: { kind: 'recalled', app: 'web', by: 'ada', why: 'incident' } },
    ],
    ['gets what a person’s hold puts back', rollout(app({ ...puttingBack(v0) })), deployed(v0)],
    [
      'that runs what a person put back is left, and the person is named',
      rollout(app({ ...puttingBack(v0), deployment: deployment(v0), running: { kind: 'running', digest: v0.digest } })),
      left('ada', 'incident'),
    ],
    [
      'is given again what a person put back when something else runs there',
      rollout(app({ ...puttingBack(v0), deployment: deployment(v0) })),
      deployed(v0),
    ],
    [
      'at which what a person put back failed is held there',
      rollout(app({ ...puttingBack(v0), deployment: deployment(v0, { state: 'failed', message: 'exit code 1' }) })),
      { kind: 'hold', app: 'web', wanted: v0, why: 'exit code 1' },
    ],
    [
      'at which what a person put back failed goes back to its last healthy state',
      rollout(app({ ...puttingBack(v0), hold: system(v0), deployment: deployment(v0, { state: 'failed' }) })),
      { kind: 'put-back', app: 'web', attempt: 2 },
    ],
  ])('%s', (_, state, action) => expect(nextRolloutAction(state, NOW)).toEqual(action));
});
