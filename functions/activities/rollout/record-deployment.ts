/** Records how a deployment ended. Healthy: its rendered specification is what a later failure is put back to. Key: the attempt. */
import { MissingSecret } from '../../../shared/domain/container-group.ts';
import type { HealthyState } from '../../../shared/domain/rollout-state.ts';
import { readImage, type AppRow } from '../../../shared/ledger/image-book.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { appOf } from '../policy-of.ts';
import { changeApp, putBackFailed } from './change-app.ts';
import { wantedState, type WantedState } from './wanted-state.ts';

export interface RecordDeployment {
  of: string;
  app: string;
  attempt: number;
  ended: { kind: 'healthy' } | { kind: 'failed'; message: string };
  /** Epoch milliseconds. */
  at: number;
}

export const recordDeployment =
  (world: Surroundings): Activity<RecordDeployment, object> =>
  async ({ of, app: name, attempt, ended, at }) => {
    const healthy = ended.kind === 'healthy' ? await healthyState(world, of, name, attempt, at) : undefined;
    const recorded = await changeApp(world.ledger, { of, app: name }, (row) => {
      const { deployment } = row;
      if (deployment?.attempt !== attempt || deployment.state !== 'deploying') return undefined;
      const { digest, number, putBack, proof } = deployment;
      const data = { digest, number, attempt, ...(proof === undefined ? {} : { proof }) };
      if (ended.kind === 'failed') {
        return {
          row: { ...row, deployment: { ...deployment, state: 'failed', message: ended.message } },
          told: putBack
            ? putBackFailed({ ...data, at, why: ended.message })
            : {
                name: `deploy-failed-${attempt}`,
                entry: { at, what: 'deployment failed', why: ended.message, data },
              },
        };
      }
      const done = putBack
        ? {
            what: 'rolled back',
            why: 'the last healthy state was put back and is healthy',
            announce: 'rolledBack' as const,
          }
        : { what: 'deployed', why: 'it answers as it should', announce: 'deployed' as const };
      return {
        row: { ...row, deployment: { ...deployment, state: 'healthy' }, ...(healthy ? remember(row, healthy) : {}) },
        told: { name: `deployed-${attempt}`, entry: { at, ...done, data } },
      };
    });
    const deployed = recorded?.deployment;
    if (!deployed?.origin) return {};
    const { origin } = deployed;
    world.telemetry.about(origin);
    if (deployed.state === 'healthy')
      world.telemetry.measure('page.duration', (at - origin.sightedAt) / 1000, { gate: origin.gate, app: name });
    return {};
  };

/** The new last healthy state, and the one before it in the order of versions. */
function remember({ lastHealthy, previousHealthy }: AppRow, healthy: HealthyState): Partial<AppRow> {
  const before = [lastHealthy, previousHealthy].find(
    (one) => one && one.digest !== healthy.digest && one.number < healthy.number,
  );
  return { lastHealthy: healthy, previousHealthy: before && { digest: before.digest, number: before.number } };
}

/** What was deployed, rendered again. A put-back restores what is recorded already; a file or secret changed since is another wanted state. */
async function healthyState(
  { ledger, policies, secrets }: Surroundings,
  of: string,
  name: string,
  attempt: number,
  at: number,
): Promise<HealthyState | undefined> {
  const app = await appOf(policies, name);
  const deployment = (await readImage(ledger, of)).apps.get(name)?.value.deployment;
  if (!app || !deployment || deployment.attempt !== attempt || deployment.putBack) return undefined;
  const { digest, number, key } = deployment;
  const rendered = await render(secrets, app, { digest, number });
  if (rendered?.key !== key) return undefined;
  return { digest, number, key, group: { ...rendered.group }, secrets: rendered.secrets, at };
}

/** A secret that was deployed and is gone: that state could not be put back, so it is not remembered. */
async function render(...asked: Parameters<typeof wantedState>): Promise<WantedState | undefined> {
  try {
    return await wantedState(...asked);
  } catch (error) {
    if (error instanceof MissingSecret) return undefined;
    throw error;
  }
}
