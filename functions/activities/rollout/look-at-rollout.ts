/** Looks at every app of an image or gate: what it should run, what was done for it, what runs, and whether that answers as it should. */
import { acceptsState, MissingSecret } from '../../../shared/domain/container-group.ts';
import type { App } from '../../../shared/domain/policy.ts';
import type { AppState, RolloutLook } from '../../../shared/domain/rollout-state.ts';
import { freezesOfApp } from '../../../shared/ledger/freeze-book.ts';
import { appKey, newApp, readImage, type AppRow } from '../../../shared/ledger/image-book.ts';
import { deliver, tell } from '../../../shared/ledger/outbox.ts';
import { LedgerConflict, put, type Kept } from '../../../shared/ledger/rows.ts';
import type { Activity, Surroundings } from '../activity.ts';
import { askHealth, whatRuns } from './app-health.ts';
import { personHoldOn, systemHoldOf } from './person-hold.ts';
import { noteProof, toldOfProof, whyUnproven } from './proof-of-wanted.ts';
import { recalledAt } from './stands-on-recalled.ts';
import { appsOf, versionWanted, wantedState, type Runnable } from './wanted-state.ts';

export interface LookAtRollout {
  of: string;
  /** Epoch milliseconds. */
  at: number;
}

/** How long a deployment may take where the policy does not say. */
const WITHIN_MS = 5 * 60_000;

export const lookAtRollout =
  (world: Surroundings): Activity<LookAtRollout, RolloutLook> =>
  async ({ of, at }) => {
    const { policy } = await world.policies.current();
    const apps = policy ? appsOf(policy, of) : [];
    if (apps.length === 0) return { kind: 'absent', why: `no app in the policy in force runs "${of}"` };

    const book = await readImage(world.ledger, of);
    await deliver(world, { table: 'images', partition: of, at }, book.outbox);
    const states: AppState[] = [];
    for (const app of apps) states.push(await lookAtApp(world, of, app, book.apps.get(app.name), at));
    return { kind: 'rollout', state: { requested: book.requested, apps: states } };
  };

async function lookAtApp(
  world: Surroundings,
  of: string,
  app: App,
  kept: Kept<AppRow> | undefined,
  at: number,
): Promise<AppState> {
  const row = kept?.value ?? newApp;
  const personHold = await personHoldOn(world.ledger, app, row);
  const version = await versionWanted(world.ledger, app, personHold);
  const wanted = await wantedOf(world, app, version);
  const freezes = await freezesOfApp(world.ledger, app, version?.origin);
  const group = await world.groups.read({ resourceGroup: app.resourceGroup, name: app.group.name });
  const running = whatRuns(app, group);
  const health = await askHealth(world.probes, app, { group, running, digest: row.deployment?.digest });

  const why = wanted.wanted && (await whyUnproven(world, app, { row, running, wanted: wanted.wanted }));

  const noted = noteProof(note(row, health.kind, at), wanted.wanted, { why, at });
  if (noted !== row) await write(world, of, app.name, kept, noted, at);
  const { lastHealthy } = noted;
  const hold = systemHoldOf(noted, personHold);
  return {
    app: app.name,
    ...wanted,
    ...(why === undefined ? {} : { unproven: why }),
    ...(noted.deployment ? { deployment: noted.deployment } : {}),
    ...(lastHealthy && acceptsState(app, lastHealthy)
      ? { lastHealthy: { key: lastHealthy.key, digest: lastHealthy.digest } }
      : {}),
    ...(hold ? { hold } : {}),
    ...(personHold ? { personHold } : {}),
    freezes,
    recalled: await recalledAt(world.ledger, app, {
      wanted: version?.digest,
      deployed: noted.deployment?.digest,
      lastHealthy: lastHealthy?.digest,
    }),
    running,
    health,
    withinMs: app.health ? app.health.withinSeconds * 1000 : WITHIN_MS,
    attempts: noted.attempts,
  };
}

/** A secret that is not there is the trouble of this app alone: the others go on. */
async function wantedOf(
  { secrets }: Surroundings,
  app: App,
  version: Runnable | undefined,
): Promise<Pick<AppState, 'wanted' | 'missingSecrets'>> {
  if (!version) return {};
  try {
    const { digest, number, key } = await wantedState(secrets, app, version);
    return { wanted: { digest, number, key } };
  } catch (error) {
    if (error instanceof MissingSecret) return { missingSecrets: error.names };
    throw error;
  }
}

/** Since when a new deployment answers as it should; and since when one that did no longer does. */
function note(row: AppRow, health: 'good' | 'bad', at: number): AppRow {
  const { deployment } = row;
  if (deployment?.state === 'deploying') {
    const { healthySince, ...rest } = deployment;
    if (health === 'good' && healthySince === undefined) return { ...row, deployment: { ...rest, healthySince: at } };
    if (health === 'bad' && healthySince !== undefined) return { ...row, deployment: rest };
  }
  if (deployment?.state === 'healthy') {
    const { unhealthySince, ...rest } = row;
    if (health === 'bad' && unhealthySince === undefined) return { ...row, unhealthySince: at };
    if (health === 'good' && unhealthySince !== undefined) return rest;
  }
  return row;
}

async function write(
  { ledger }: Surroundings,
  of: string,
  app: string,
  kept: Kept<AppRow> | undefined,
  row: AppRow,
  at: number,
): Promise<void> {
  const fell = row.unhealthySince === at;
  const written = await ledger.write('images', of, [
    put(appKey(app), kept, row),
    ...(fell
      ? [
          tell(`unhealthy-${app}`, {
            at,
            by: 'rollOut',
            subject: app,
            what: 'unhealthy',
            why: 'it no longer answers as it should',
            announce: 'unhealthy',
            data: { ...row.deployment },
          }),
        ]
      : []),
    ...toldOfProof(app, row, at),
  ]);
  if (written === 'conflict') throw new LedgerConflict(`app "${app}"`);
}
