/** Small builders for states of a rollout: an app that runs v1, was healthy with it, and wants v2. */
import type {
  AppState,
  Deployment,
  PersonHold,
  RolloutState,
  SystemHold,
  Wanted,
} from '../../../shared/domain/rollout-state.ts';
import { A, B, MINUTE, NOW } from './gate-builders.ts';
import { withoutUndefined } from './optional.ts';

export const v1: Wanted = { digest: B, number: 1, key: 'v1' };
export const v2: Wanted = { digest: A, number: 2, key: 'v2' };

export const deployment = (of: Wanted, change: Partial<Deployment> = {}): Deployment => ({
  ...of,
  attempt: 1,
  putBack: false,
  state: 'healthy',
  startedAt: NOW - 60 * MINUTE,
  ...change,
});

export const app = (change: Partial<AppState> = {}): AppState => ({
  app: 'web',
  wanted: v2,
  deployment: deployment(v1),
  lastHealthy: { key: v1.key, digest: v1.digest },
  running: { kind: 'running', digest: v1.digest },
  health: { kind: 'good' },
  withinMs: 5 * MINUTE,
  attempts: 1,
  ...change,
});

/** Never deployed, and nothing is there. */
export function newApp(change: Partial<AppState> = {}): AppState {
  const { wanted: _, deployment: __, lastHealthy: ___, ...rest } = app();
  const bad = { kind: 'bad' as const, message: 'the container group is absent' };
  return { ...withoutUndefined(rest), running: { kind: 'absent' }, health: bad, attempts: 0, ...change };
}

export const person: PersonHold = { by: 'ada', why: 'incident', at: NOW - MINUTE };

export const system = (of: Wanted): SystemHold => ({
  key: of.key,
  digest: of.digest,
  why: 'exit code 1',
  at: NOW - MINUTE,
});

export const rollout = (...apps: AppState[]): RolloutState => ({ requested: 1, apps });
