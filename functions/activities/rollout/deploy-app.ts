/**
 * Sends an app's whole container group: what is wanted, or its last healthy state again. Starts the change and does not wait for it.
 *
 * What stands on a promotion whose record cannot be verified is not sent. Key: the attempt, written down first. The same PUT twice changes nothing
 * the second time. A refusal of Azure is a failed deployment. A hold, a freeze or a recall that came since the look is seen here once more: after
 * this, Azure has it.
 */
import { acceptsState, fillSecrets, MissingSecret } from '../../../shared/domain/container-group.ts';
import type { App } from '../../../shared/domain/policy.ts';
import { freezeOf } from '../../../shared/domain/rollout-action.ts';
import type { Deployment, PersonHold } from '../../../shared/domain/rollout-state.ts';
import { freezesOfApp } from '../../../shared/ledger/freeze-book.ts';
import type { AppRow } from '../../../shared/ledger/image-book.ts';
import { newApp, readImage } from '../../../shared/ledger/image-book.ts';
import type { Secrets } from '../../../shared/ports/secrets.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { appOf, readSecrets } from '../policy-of.ts';
import { verifyRecordOf } from '../record/verify-record.ts';
import { changeApp, putBackFailed } from './change-app.ts';
import { personHoldOn } from './person-hold.ts';
import { recalledAt } from './stands-on-recalled.ts';
import { baseOf, versionWanted, wantedState } from './wanted-state.ts';

export interface DeployApp {
  of: string;
  app: string;
  attempt: number;
  putBack: boolean;
  /** Epoch milliseconds. */
  at: number;
}

interface Target extends Pick<Deployment, 'digest' | 'number' | 'key' | 'origin'> {
  group: object;
  /** Name → version. */
  secrets: Record<string, string>;
}

export const deployApp =
  (world: Surroundings): Activity<DeployApp, object> =>
  async ({ of, app: name, attempt, putBack, at }) => {
    const app = await appOf(world.policies, name);
    if (!app) return {};
    const row = (await readImage(world.ledger, of)).apps.get(name)?.value ?? newApp;
    const hold = await personHoldOn(world.ledger, app, row);
    if (hold && !hold.putBack) return {};
    const filled = await fill(world, app, { row, hold, putBack });
    if (filled.kind === 'nothing') return {};
    const { proof } = filled;

    const { digest, number, key, origin } = filled.target;
    const freezes = await freezesOfApp(world.ledger, app, origin);
    const recalled = await recalledAt(world.ledger, app, { wanted: digest, deployed: row.deployment?.digest });
    if (recalled.wanted) return {};
    if (!putBack && freezeOf({ ...row, freezes, recalled, personHold: hold }, { key }, at)) return {};
    if (origin) world.telemetry.about(origin);
    const begun = await changeApp(world.ledger, { of, app: name }, (now) => {
      if (now.attempts > attempt || (now.attempts === attempt && now.deployment?.state !== 'deploying'))
        return undefined;
      if (now.personHold?.at !== row.personHold?.at) return undefined;
      const target = { digest, number, key, ...(proof ? { proof } : {}), ...(origin ? { origin } : {}) };
      const deployment: Deployment = { attempt, ...target, putBack, state: 'deploying', startedAt: at };
      if (filled.kind === 'filled') return { row: begin(now, deployment) };
      return {
        row: begin(now, { ...deployment, state: 'failed', message: filled.message }),
        told: putBackFailed({ at, attempt, digest, number, why: filled.message }),
      };
    });
    if (!begun || filled.kind !== 'filled') return {};

    const place = { resourceGroup: app.resourceGroup, name: app.group.name };
    const answer = await world.groups.put(place, filled.specification);
    if (answer.kind === 'refused') {
      await changeApp(world.ledger, { of, app: name }, (now) => {
        if (now.deployment?.attempt !== attempt) return undefined;
        const message = `Azure refused the container group: ${answer.code}: ${answer.message}`;
        return { row: { ...now, deployment: { ...now.deployment, state: 'failed', message } } };
      });
    }
    return {};
  };

type Filled =
  | { kind: 'nothing' }
  | { kind: 'filled'; target: Target; specification: object; proof: string }
  | { kind: 'failed'; target: Target; message: string; proof?: never };

/**
 * What is sent, with the values of its secrets. A secret that is gone: the next look sees it where something new is wanted; for a put-back,
 * which wants the very version that is gone, nothing else will do, so it has failed.
 */
async function fill(
  world: Surroundings,
  app: App,
  { row, hold, putBack }: { row: AppRow; hold: PersonHold | undefined; putBack: boolean },
): Promise<Filled> {
  try {
    const target = putBack ? healthyOf(app, row) : await newest(world, app, hold);
    if (!target) return { kind: 'nothing' };
    const proof = await verifyRecordOf(world, await baseOf(world.ledger, app, target.digest));
    // The look says so too, of what is wanted; what is to be put back it does not ask about.
    if (proof.kind === 'refused')
      return putBack ? { kind: 'failed', target, message: proof.said } : { kind: 'nothing' };
    const values = await valuesOf(world.secrets, target.secrets, { exactVersions: putBack });
    return { kind: 'filled', target, specification: fillSecrets(target.group, values), proof: proof.said };
  } catch (error) {
    if (!(error instanceof MissingSecret)) throw error;
    return putBack && row.lastHealthy
      ? { kind: 'failed', target: row.lastHealthy, message: error.message }
      : { kind: 'nothing' };
  }
}

const healthyOf = (app: App, { lastHealthy }: AppRow): Target | undefined =>
  lastHealthy && acceptsState(app, lastHealthy) ? lastHealthy : undefined;

async function newest(
  { ledger, secrets }: Surroundings,
  app: App,
  hold: PersonHold | undefined,
): Promise<Target | undefined> {
  const found = await versionWanted(ledger, app, hold);
  return found && { ...(await wantedState(secrets, app, found)), origin: found.origin };
}

/** A hold of the system ends when something newer is deployed; a put-back, by it or by a person, is what it is there for. */
function begin({ hold, unhealthySince: _, ...row }: AppRow, deployment: Deployment): AppRow {
  const kept = hold && (deployment.putBack || row.personHold?.putBack) ? { hold } : {};
  return { ...row, ...kept, attempts: deployment.attempt, deployment };
}

async function valuesOf(
  secrets: Secrets,
  versions: Record<string, string>,
  { exactVersions }: { exactVersions: boolean },
): Promise<Record<string, string>> {
  if (!exactVersions) return readSecrets(secrets, Object.keys(versions));
  const found = await Promise.all(
    Object.entries(versions).map(
      async ([name, version]) => [name, (await secrets.read(name, version))?.value] as const,
    ),
  );
  return Object.fromEntries(found.flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
}
