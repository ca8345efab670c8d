/**
 * Does locally what `azd up` and a first walkthrough do in Azure, through the same front doors. What is there is left alone.
 *
 * In two stages, as there: what the app finds when it starts, and what can only follow when it is there.
 */
import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { registriesOf, type RegistryRole } from '../azure.ts';
import type { Engine } from '../containers/engine.ts';
import { deployFirstStage, deploySecondStage } from '../deployment/stages.ts';
import type { Instance } from '../instance.ts';
import { walkthrough, type Layout } from '../layout.ts';
import { createAzureClient } from './azure-client.ts';
import { ensureSeedImages } from './images.ts';
import { ensureDeveloperLogin, type Login } from './logins.ts';
import { ensureRepositories } from './repositories.ts';

export interface Provisioned {
  logins: Record<RegistryRole, Login>;
  announcementsEndpoint: string;
}

/** Everything the app finds when it starts. */
export async function provisionAzure(options: {
  instance: Instance;
  layout: Layout;
  engine: Engine;
  log: (line: string) => void;
}): Promise<Provisioned> {
  const { instance, layout, engine, log } = options;
  const azure = createAzureClient(instance);
  const registries = registriesOf(instance);

  await ensureRepositories({ from: walkthrough, to: layout.repositories });
  await ensurePolicy({ from: join(walkthrough, 'policy'), to: layout.policy });
  const { announcementsEndpoint } = await deployFirstStage(azure, layout);
  const logins = {
    public: await ensureDeveloperLogin(azure, registries.public),
    quarantine: await ensureDeveloperLogin(azure, registries.quarantine),
    base: await ensureDeveloperLogin(azure, registries.base),
    team: await ensureDeveloperLogin(azure, registries.team),
  };
  await ensureSeedImages({ instance, engine, dockerfileFolder: join(walkthrough, 'base'), logins, log });
  return { logins, announcementsEndpoint };
}

/** Everything that needs the app to be there. */
export async function provisionEvents({ instance, layout }: { instance: Instance; layout: Layout }): Promise<void> {
  await deploySecondStage(createAzureClient(instance), instance, layout);
}

/** A copy, so that it can be edited without changing this repository. */
async function ensurePolicy({ from, to }: { from: string; to: string }): Promise<void> {
  if (existsSync(to)) return;
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(from, draft, { recursive: true });
  await rename(draft, to);
}
