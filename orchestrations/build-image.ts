/**
 * Keeps an image of ours built from today's promoted bases, and hands each new version to the apps that run it.
 *
 * Instance id `build-<image>`. Trouble rests with a back-off; a failed build is no trouble but a decision of its own.
 */
import type { OrchestrationContext } from 'durable-functions';
import { z } from 'zod';
import { nextBuildAction, type BuildAction } from '../shared/domain/build-action.ts';
import * as steps from './steps.ts';
import { input, messageOf, MOST_ROUNDS, now, sleep, unreachable, type Story } from './story.ts';

const startedWith = z.object({ image: z.string() });

export function* buildImage(context: OrchestrationContext): Story<{ rounds: number; reason: string }> {
  const { image } = input(context, startedWith);

  for (let rounds = 1; rounds <= MOST_ROUNDS; rounds++) {
    try {
      const look = yield* steps.lookAtImage(context, { image, at: now(context) });
      if (look.kind === 'absent') return { rounds, reason: look.why };

      const action = nextBuildAction(look.state, now(context));
      context.df.setCustomStatus({ round: rounds, ...action });
      if (action.kind === 'rest') {
        const { again } = yield* steps.restImage(context, {
          image,
          requested: look.state.requested,
          ...rested(action),
          at: now(context),
        });
        if (!again) return { rounds, reason: action.reason.kind };
      } else {
        yield* act(context, image, action);
      }
    } catch (error) {
      yield* steps.restImage(context, {
        image,
        reason: { kind: 'trouble', message: messageOf(error) },
        at: now(context),
      });
      return { rounds, reason: 'trouble' };
    }
  }
  context.df.continueAsNew({ image });
  return { rounds: MOST_ROUNDS, reason: 'continued as new' };
}

function* act(
  context: OrchestrationContext,
  image: string,
  action: Exclude<BuildAction, { kind: 'rest' }>,
): Story<void> {
  switch (action.kind) {
    case 'watch':
      yield* sleep(context, action.seconds);
      return;
    case 'follow':
      yield* steps.startRollouts(context, { image });
      return;
    case 'build':
      yield* steps.startBuild(context, { image, attempt: action.attempt, given: action.given, at: now(context) });
      return;
    default:
      throw unreachable(action);
  }
}

const rested = ({ reason, dueAt }: Extract<BuildAction, { kind: 'rest' }>) => ({
  reason,
  ...(dueAt === undefined ? {} : { dueAt }),
});
