/** What holds of the decision about a rollout in every state that a look may answer. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HEALTHY_FOR_MS, nextRolloutAction, type RolloutAction } from '../../../shared/domain/rollout-action.ts';
import type { AppState, RolloutState, Wanted } from '../../../shared/domain/rollout-state.ts';
import { A, B, C, MINUTE, NOW } from './gate-builders.ts';
import { mostly, optional, rarely, withoutUndefined } from './optional.ts';
import { person, system } from './rollout-builders.ts';

describe('the decision about a rollout, in any state,', () => {
  it('is one action, the same each time, and leaves the state as it was', () => {
    const kinds = new Set<string>();
    forAll((state, action) => {
      const before = structuredClone(state);
      kinds.add(action.kind);
      expect(nextRolloutAction(before, NOW)).toEqual(action);
      expect(state).toEqual(before);
    });
    expect([...kinds].toSorted()).toEqual([
      'deploy',
      'hold',
      'put-back',
      'record-failed',
      'record-healthy',
      'rest',
      'watch',
    ]);
  });

  it('never deploys or puts back what a person holds', () => {
    forAll((state, action) => {
      if (action.kind !== 'deploy' && action.kind !== 'put-back') return;
      const { personHold } = find(state, action.app);
      if (personHold) expect(personHold.putBack).toBeDefined();
    });
  });

  it('deploys nothing but what a person wants put back, where the hold names something', () => {
    let deployed = 0;
    forAll((state, action) => {
      if (action.kind !== 'deploy') return;
      const { personHold } = find(state, action.app);
      if (!personHold?.putBack) return;
      deployed += 1;
      expect(action.wanted.digest).toBe(personHold.putBack.digest);
    });
    expect(deployed).toBeGreaterThan(0);
  });

  it('changes no app that is frozen, but for what a person puts back, and what replaces a recalled digest', () => {
    forAll((state, action) => {
      if (action.kind !== 'deploy') return;
      const { freezes, deployment, personHold, recalled } = find(state, action.app);
      if (freezes && deployment?.key !== action.wanted.key && !recalled?.deployed)
        expect(personHold?.putBack).toBeDefined();
    });
  });

  it('deploys nothing that it has no secrets for', () => {
    forAll((state, action) => {
      if (action.kind === 'deploy') expect(find(state, action.app).missingSecrets).toBeUndefined();
    });
  });

  it('never deploys what the hold of the system names', () => {
    forAll((state, action) => {
      if (action.kind !== 'deploy') return;
      const { hold, wanted } = find(state, action.app);
      expect(action.wanted).toEqual(wanted);
      if (hold) expect(hold.key).not.toBe(action.wanted.key);
    });
  });

  it('never tries a version again at an app where it failed', () => {
    forAll((state, action) => {
      if (action.kind !== 'deploy') return;
      const { deployment } = find(state, action.app);
      if (deployment?.state === 'failed') expect(deployment.key).not.toBe(action.wanted.key);
    });
  });

  it('puts back only a healthy state, and only from what failed', () => {
    forAll((state, action) => {
      if (action.kind !== 'put-back') return;
      const { lastHealthy, deployment, hold } = find(state, action.app);
      expect(deployment).toMatchObject({ state: 'failed', putBack: false });
      expect(hold?.key).toBe(deployment?.key);
      expect(lastHealthy).toBeDefined();
      expect(lastHealthy?.key).not.toBe(deployment?.key);
    });
  });

  it('brings no app to what stands on a recalled digest, be it new or the last healthy state', () => {
    const refused = new Set<string>();
    forAll((state, action) => {
      for (const { recalled, hold } of state.apps) {
        if (recalled?.wanted) refused.add('wanted');
        if (recalled?.lastHealthy && hold) refused.add('last healthy');
      }
      if (action.kind === 'deploy') expect(find(state, action.app).recalled?.wanted).toBeUndefined();
      if (action.kind === 'put-back') expect(find(state, action.app).recalled?.lastHealthy).toBeUndefined();
    });
    expect(refused.size).toBe(2);
  });

  it('acts on no app while another one before it is being deployed, or holds a failed version', () => {
    forAll((state, action) => {
      if (!('app' in action)) return;
      const before = state.apps.slice(
        0,
        state.apps.findIndex(({ app }) => app === action.app),
      );
      for (const app of before) {
        expect(app.deployment?.state).not.toBe('deploying');
        if (app.hold && app.wanted && !app.personHold) expect(app.hold.key).not.toBe(app.wanted.key);
      }
    });
  });

  it('uses no attempt twice', () => {
    forAll((state, action) => {
      if (action.kind !== 'deploy' && action.kind !== 'put-back') return;
      expect(action.attempt).toBe(find(state, action.app).attempts + 1);
    });
  });

  it('records as healthy only what has answered well for the whole watch time', () => {
    forAll((state, action) => {
      if (action.kind !== 'record-healthy') return;
      const { deployment, health } = find(state, action.app);
      expect(health.kind).toBe('good');
      expect(NOW - (deployment?.healthySince ?? NOW)).toBeGreaterThanOrEqual(HEALTHY_FOR_MS);
      expect(deployment).toMatchObject({ state: 'deploying', attempt: action.attempt });
    });
  });
});

function forAll(holds: (state: RolloutState, action: RolloutAction) => void): void {
  fc.assert(
    fc.property(rollouts, (state) => holds(state, nextRolloutAction(state, NOW))),
    { numRuns: 2_000 },
  );
}

function find(state: RolloutState, name: string): AppState {
  const found = state.apps.find(({ app }) => app === name);
  if (!found) throw new Error(`the action names app "${name}", which is not in the state`);
  return found;
}

const VERSIONS: Wanted[] = [
  { digest: A, number: 2, key: 'k1' },
  { digest: B, number: 1, key: 'k2' },
  { digest: A, number: 2, key: 'k3' },
];
const wanted = fc.constantFrom(...VERSIONS);
const past = fc.integer({ min: NOW - 10 * MINUTE, max: NOW });

const deployment: fc.Arbitrary<AppState['deployment']> = fc
  .record({
    of: wanted,
    attempt: fc.nat(9),
    putBack: fc.boolean(),
    state: fc.constantFrom('deploying', 'healthy', 'failed', 'failed'),
    startedAt: past,
    healthySince: optional(past),
    message: optional(fc.constant<string>('exit code 1')),
  })
  .map(({ of, ...rest }) => ({ ...of, ...withoutUndefined(rest) }));

const appState: fc.Arbitrary<AppState> = fc
  .record({
    wanted: mostly(wanted),
    deployment: mostly(deployment),
    lastHealthy: optional(wanted.map(({ key, digest }) => ({ key, digest }))),
    hold: optional(wanted.map(system)),
    holds: rarely(fc.constantFrom('as-it-is', 'put-back', 'put-back')),
    freezes: rarely(fc.constant({ person: { by: 'ada', why: 'sale', at: NOW - MINUTE, until: NOW + MINUTE } })),
    missingSecrets: rarely(fc.constant(['db-password'])),
    recalled: rarely(
      fc.constantFrom<NonNullable<AppState['recalled']>>(
        { wanted: true },
        { deployed: true },
        { lastHealthy: true },
        { deployed: true, lastHealthy: true },
      ),
    ),
    running: fc.oneof(
      {
        weight: 3,
        arbitrary: rarely(fc.constantFrom(A, B, C)).map((digest) => ({
          kind: 'running' as const,
          ...(digest ? { digest } : {}),
        })),
      },
      { weight: 2, arbitrary: fc.constantFrom(A, B).map((digest) => ({ kind: 'running' as const, digest })) },
      {
        weight: 1,
        arbitrary: fc.constantFrom(
          { kind: 'absent' as const },
          { kind: 'in-transition' as const },
          { kind: 'stopped' as const },
        ),
      },
      { weight: 1, arbitrary: fc.constant({ kind: 'failed' as const, message: 'exit code 1' }) },
    ),
    health: fc.constantFrom({ kind: 'good' as const }, { kind: 'bad' as const, message: 'answered 500' }),
    withinMs: fc.constantFrom(MINUTE, 5 * MINUTE),
    attempts: fc.nat(9),
  })
  .map(({ holds, missingSecrets, wanted: version, ...state }) => {
    const putBack = version && holds === 'put-back' ? { digest: version.digest, number: version.number } : undefined;
    return {
      app: 'unnamed',
      ...withoutUndefined(state),
      ...withoutUndefined({ missingSecrets, wanted: missingSecrets ? undefined : version }),
      ...(holds ? { personHold: { ...person, ...withoutUndefined({ putBack }) } } : {}),
    } as AppState;
  });

const rollouts: fc.Arbitrary<RolloutState> = fc
  .array(appState, { maxLength: 3 })
  .map((apps) => ({ requested: 1, apps: apps.map((state, at) => ({ ...state, app: `app-${at}` })) }));
