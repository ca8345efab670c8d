/**
 * What a rollout should do now: one app after the other, in the order of their names. Pure and total; the first rule that applies wins, and
 * each has a row in the table test.
 *
 * A version that failed at one app stops the wave: it is put back there and not tried at the next.
 */
import { watchSeconds } from './backoff.ts';
import { frozenAt, type Frozen } from './freeze.ts';
import { whoOf } from './person.ts';
import type { AppState, RolloutReason, RolloutState, Wanted } from './rollout-state.ts';

export type RolloutAction =
  | { kind: 'watch'; seconds: number }
  | { kind: 'deploy'; app: string; attempt: number; wanted: Wanted }
  | { kind: 'put-back'; app: string; attempt: number }
  | { kind: 'record-healthy'; app: string; attempt: number }
  | { kind: 'record-failed'; app: string; attempt: number; message: string }
  | { kind: 'hold'; app: string; wanted: Wanted; why: string }
  | { kind: 'rest'; reason: RolloutReason; dueAt?: number };

/** So long a deployment has to answer as it should before it counts as healthy. */
export const HEALTHY_FOR_MS = 3_000;

const NOT_PUT_BACK = 'its last healthy state is not put back, because it stands on a recalled digest';

type AppAction = Exclude<RolloutAction, { kind: 'rest' }> | { kind: 'left'; reason: RolloutReason; stopsWave: boolean };

export function nextRolloutAction(state: RolloutState, now: number): RolloutAction {
  const left: RolloutReason[] = [];
  for (const app of state.apps) {
    const action = forApp(app, now);
    if (action.kind !== 'left') return action;
    if (action.stopsWave) return { kind: 'rest', reason: action.reason };
    if (action.reason.kind !== 'up-to-date') left.push(action.reason);
  }
  const thawsAt = left.flatMap((reason) => (reason.kind === 'frozen' ? [reason.until] : []));
  return {
    kind: 'rest',
    reason: left[0] ?? { kind: 'up-to-date' },
    ...(thawsAt.length > 0 ? { dueAt: Math.min(...thawsAt) } : {}),
  };
}

function forApp(state: AppState, now: number): AppAction {
  const { app, wanted, deployment, hold, personHold, running, health } = state;
  const left = (reason: RolloutReason, { stopsWave = false } = {}): AppAction => ({ kind: 'left', reason, stopsWave });
  const watch: AppAction = { kind: 'watch', seconds: watchSeconds(now - (deployment?.startedAt ?? now)) };

  if (deployment?.state === 'deploying') {
    const { attempt } = deployment;
    if (health.kind === 'good' && deployment.healthySince !== undefined) {
      if (now - deployment.healthySince >= HEALTHY_FOR_MS) return { kind: 'record-healthy', app, attempt };
      return watch;
    }
    if (running.kind === 'failed') return { kind: 'record-failed', app, attempt, message: running.message };
    if (now > deployment.startedAt + state.withinMs) {
      const why = health.kind === 'bad' ? health.message : 'it did not stay healthy';
      return { kind: 'record-failed', app, attempt, message: `not healthy within ${state.withinMs / 1000} s: ${why}` };
    }
    return watch;
  }
  if (personHold && !personHold.putBack) {
    const held = { app, ...whoOf(personHold), why: personHold.why };
    return left({ kind: state.recalled?.deployed ? 'recalled' : 'held', ...held });
  }
  // The hold stands before anything is put back, so a crash between the two does not try the failed version again.
  const mayBePutBack =
    hold &&
    deployment?.state === 'failed' &&
    !deployment.putBack &&
    deployment.key === hold.key &&
    (!wanted || wanted.key === hold.key) &&
    state.lastHealthy &&
    state.lastHealthy.key !== hold.key;
  if (mayBePutBack && !state.recalled?.lastHealthy) return { kind: 'put-back', app, attempt: state.attempts + 1 };
  if (state.missingSecrets) return left({ kind: 'secret-missing', app, names: state.missingSecrets });
  if (!wanted) return left({ kind: 'nothing-wanted' });
  if (hold?.key === wanted.key) {
    // What a person put back at one app says nothing about the others.
    const why = mayBePutBack ? `${hold.why}; ${NOT_PUT_BACK}` : hold.why;
    return left({ kind: 'held', app, by: 'gated-import', why }, { stopsWave: !personHold });
  }
  if (deployment?.state === 'failed' && deployment.key === wanted.key) {
    return { kind: 'hold', app, wanted, why: deployment.message ?? 'the deployment failed' };
  }
  if (
    running.kind === 'running' &&
    running.digest === wanted.digest &&
    deployment?.state === 'healthy' &&
    deployment.key === wanted.key
  ) {
    return left(personHold ? { kind: 'held', app, ...whoOf(personHold), why: personHold.why } : { kind: 'up-to-date' });
  }
  if (state.recalled?.wanted) return left({ kind: 'recalled', app, why: 'nothing else is wanted yet' });
  const freeze = freezeOf(state, wanted, now);
  if (freeze) return left({ kind: 'frozen', app, why: freeze.why, until: freeze.until });
  if (running.kind === 'in-transition') return watch;
  if (state.unproven !== undefined) {
    return left({ kind: 'record-refused', app, why: state.unproven }, { stopsWave: true });
  }
  if (running.kind === 'stopped' && deployment) return left({ kind: 'stopped', app });
  return { kind: 'deploy', app, attempt: state.attempts + 1, wanted };
}

type Freezing = 'freezes' | 'deployment' | 'personHold' | 'recalled';

/**
 * A freeze keeps an app from changing, but not on what was recalled. What was deployed before is put there again when it is lost, and a person's rollback is a decision for
 * now: neither waits.
 */
export function freezeOf(
  { freezes = {}, deployment, personHold, recalled }: Pick<AppState, Freezing>,
  wanted: Pick<Wanted, 'key'>,
  now: number,
): Frozen | undefined {
  if (personHold?.putBack || recalled?.deployed || deployment?.key === wanted.key) return undefined;
  return frozenAt(freezes, now);
}
