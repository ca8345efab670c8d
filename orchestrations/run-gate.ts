/**
 * Takes a gate as far as it can go now: look, decide, act, until there is nothing to do but wait.
 *
 * Instance id `gate-<gate>`: starting it twice is harmless. Nothing here waits for long; what can only wait is written down by `restGate`,
 * and a sweep, an event or a person starts the story again. Trouble with a candidate is written on it and the others go on.
 */
import type { OrchestrationContext } from 'durable-functions';
import { z } from 'zod';
import type { GateAction } from '../shared/domain/gate-action-kinds.ts';
import { nextGateAction } from '../shared/domain/gate-action.ts';
import type { GateLook, GateState } from '../shared/domain/gate-state.ts';
import type { Digest } from '../shared/domain/reference.ts';
import { promoteCandidate } from './promote-candidate.ts';
import * as steps from './steps.ts';
import { input, messageOf, MOST_ROUNDS, now, sleep, unreachable, type Story } from './story.ts';

const startedWith = z.object({ gate: z.string() });

export function* runGate(context: OrchestrationContext): Story<{ rounds: number; reason: string }> {
  const { gate } = input(context, startedWith);

  for (let rounds = 1; rounds <= MOST_ROUNDS; rounds++) {
    const look = yield* lookAt(context, gate);
    if (look.kind === 'absent') return { rounds, reason: look.why };
    if (look.kind === 'trouble') {
      yield* steps.restGate(context, { gate, reason: look, at: now(context) });
      return { rounds, reason: look.kind };
    }

    const action = nextGateAction(look.state, now(context));
    context.df.setCustomStatus({ round: rounds, ...action });
    if (action.kind === 'rest') {
      const { again } = yield* steps.restGate(context, {
        gate,
        requested: look.state.requested,
        policy: look.state.policy,
        ...rested(action),
        at: now(context),
      });
      if (!again) return { rounds, reason: action.reason.kind };
    } else {
      yield* act(context, gate, look.state, action);
    }
  }
  context.df.continueAsNew({ gate });
  return { rounds: MOST_ROUNDS, reason: 'continued as new' };
}

/** Only trouble with the look itself rests the whole gate. */
function* lookAt(context: OrchestrationContext, gate: string): Story<GateLook | { kind: 'trouble'; message: string }> {
  try {
    return yield* steps.lookAtGate(context, { gate, at: now(context) });
  } catch (error) {
    return { kind: 'trouble', message: messageOf(error) };
  }
}

type Acting = Exclude<GateAction, { kind: 'rest' }>;

function* act(context: OrchestrationContext, gate: string, state: GateState, action: Acting): Story<void> {
  const at = now(context);
  try {
    switch (action.kind) {
      case 'intake':
        yield* steps.intakeCandidate(context, { gate, digest: action.digest });
        return;
      case 'check':
        // An image is often signed a while after it was pushed, and a check may have been asked too early.
        yield* steps.intakeReferrers(context, { gate, digest: action.digest });
        yield* steps.startChecks(
          context,
          action.checks.map((check) => ({ gate, digest: action.digest, ...check, at })),
        );
        return;
      case 'watch':
        yield* sleep(context, action.seconds);
        return;
      case 'record-approvals':
        yield* steps.recordApprovals(context, { gate, digest: action.digest, at });
        return;
      case 'promote':
        yield* promoteCandidate(context, { gate, digest: action.digest, sequence: action.sequence });
        return;
      case 'follow':
        yield* steps.startFollowers(context, { gate });
        return;
      case 'put-back':
        yield* steps.putBackStable(context, { gate, current: action.current, over: action.over, at });
        return;
      case 'ask-again':
        yield* steps.askAgain(context, { gate, digest: action.digest, at });
        return;
      case 'conclude':
        yield* steps.concludeCurrent(context, { gate, digest: action.digest, found: action.found, at });
        return;
      case 'restore': {
        const { digest, sequence, restores } = action;
        yield* steps.restoreCandidate(context, { gate, digest, sequence, restores, at });
        return;
      }
      case 'announce-drift':
        yield* steps.announceDrift(context, { gate, found: action.found, at });
        return;
      case 'drop':
        yield* steps.dropIntention(context, { gate, attempt: action.attempt, reason: action.reason, at });
        return;
      case 'settle':
        yield* steps.settleCandidate(context, { gate, digest: action.digest, outcome: action.outcome, at });
        return;
      default:
        throw unreachable(action);
    }
  } catch (error) {
    // Only trouble with one candidate is put aside here; trouble with the gate's own rows ends the instance, and the sweep starts another.
    if (!('digest' in action) || !isUnderWay(state, action.digest)) throw error;
    yield* steps.troubleCandidate(context, {
      gate,
      digest: action.digest,
      message: messageOf(error),
      at: now(context),
    });
  }
}

const isUnderWay = ({ open, standing }: GateState, of: Digest): boolean =>
  open.some(({ digest }) => digest === of) || (standing?.again !== undefined && standing.digest === of);

const rested = ({ reason, dueAt, lookAgainAt, digest }: Extract<GateAction, { kind: 'rest' }>) => ({
  reason,
  ...(dueAt === undefined ? {} : { dueAt }),
  ...(lookAgainAt === undefined ? {} : { lookAgainAt }),
  ...(digest ? { digest } : {}),
});
