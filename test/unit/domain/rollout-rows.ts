/** Rows of tests of what a rollout does next, and the states and actions that they share. */
import type { RolloutAction } from '../../../shared/domain/rollout-action.ts';
import type { AppState, RolloutState } from '../../../shared/domain/rollout-state.ts';
import { C } from './gate-builders.ts';
import { app, deployment, person, v2 } from './rollout-builders.ts';

export type Row = [sentence: string, state: RolloutState, action: RolloutAction];

export const left = (by: string, why: string, name = 'web'): RolloutAction => ({
  kind: 'rest',
  reason: { kind: 'held', app: name, by, why },
});

export const v0 = { digest: C, number: 0, key: 'v0' };
export const failedAt2 = deployment(v2, { attempt: 1, state: 'failed', message: 'exit code 1' });

export const puttingBack = (of: typeof v2): Pick<AppState, 'wanted' | 'personHold'> => ({
  wanted: of,
  personHold: { ...person, putBack: { digest: of.digest, number: of.number } },
});

export function withoutSecret(change: Partial<AppState> = {}): AppState {
  const { wanted: _, ...rest } = app(change);
  return { ...rest, missingSecrets: ['db-password'] };
}
