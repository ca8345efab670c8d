/**
 * Brings the apps of one image (or of a gate whose promotions run as they are) to what is wanted, one app after the other.
 *
 * Instance id `rollout-<image or gate>`. What does not become healthy is put back to its last healthy state, and the wave stops there.
 */
import type { OrchestrationContext } from 'durable-functions';
import { z } from 'zod';
import { nextRolloutAction, type RolloutAction } from '../shared/domain/rollout-action.ts';
import * as steps from './steps.ts';
import { input, messageOf, MOST_ROUNDS, now, sleep, unreachable, type Story } from './story.ts';

const startedWith = z.object({ of: z.string() });

export function* rollOut(context: OrchestrationContext): Story<{ rounds: number; reason: string }> {
  const { of } = input(context, startedWith);

  for (let rounds = 1; rounds <= MOST_ROUNDS; rounds++) {
    try {
      const look = yield* steps.lookAtRollout(context, { of, at: now(context) });
      if (look.kind === 'absent') return { rounds, reason: look.why };

      const action = nextRolloutAction(look.state, now(context));
      context.df.setCustomStatus({ round: rounds, ...action });
      if (action.kind === 'rest') {
        const { again } = yield* steps.restRollout(context, {
          of,
          requested: look.state.requested,
          ...rested(action),
          at: now(context),
        });
        if (!again) return { rounds, reason: action.reason.kind };
      } else {
        yield* act(context, of, action);
      }
    } catch (error) {
      yield* steps.restRollout(context, {
        of,
        reason: { kind: 'trouble', message: messageOf(error) },
        at: now(context),
      });
      return { rounds, reason: 'trouble' };
    }
  }
  context.df.continueAsNew({ of });
  return { rounds: MOST_ROUNDS, reason: 'continued as new' };
}

function* act(
  context: OrchestrationContext,
  of: string,
  action: Exclude<RolloutAction, { kind: 'rest' }>,
): Story<void> {
  const at = now(context);
  switch (action.kind) {
    case 'watch':
      yield* sleep(context, action.seconds);
      return;
    case 'deploy':
      yield* steps.deployApp(context, { of, app: action.app, attempt: action.attempt, putBack: false, at });
      return;
    case 'put-back':
      yield* steps.deployApp(context, { of, app: action.app, attempt: action.attempt, putBack: true, at });
      return;
    case 'record-healthy':
      yield* steps.recordDeployment(context, {
        of,
        app: action.app,
        attempt: action.attempt,
        ended: { kind: 'healthy' },
        at,
      });
      return;
    case 'record-failed':
      yield* steps.recordDeployment(context, {
        of,
        app: action.app,
        attempt: action.attempt,
        ended: { kind: 'failed', message: action.message },
        at,
      });
      return;
    case 'hold':
      yield* steps.holdApp(context, { of, app: action.app, wanted: action.wanted, why: action.why, at });
      return;
    default:
      throw unreachable(action);
  }
}

const rested = ({ reason, dueAt }: Extract<RolloutAction, { kind: 'rest' }>) => ({
  reason,
  ...(dueAt === undefined ? {} : { dueAt }),
});
