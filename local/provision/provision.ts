/**
 * Does locally what `azd up` and a first walkthrough do in Azure, through the same front doors. What is there is left alone.
 *
 * In two stages, as there: what the app finds when it starts, and what can only follow when it is there.
 */
import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { announcementTopicId, registriesOf, type RegistryRole } from '../azure.ts';
import type { Engine } from '../containers/engine.ts';
import { deploy } from '../deployment/deploy.ts';
import { ofWhoDeploys, parametersHere } from '../deployment/differences.ts';
import type { Instance } from '../instance.ts';
import { walkthrough, type Layout } from '../layout.ts';
import { createAzureClient } from './azure-client.ts';
import { ensureSeedImages } from './images.ts';
import { ensureDeveloperLogin, newUpstreamPassword, type Login } from './logins.ts';
import { ensureRepositories } from './repositories.ts';

const EVENT_GRID_API_VERSION = '2022-06-15';

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
  await deploy(azure, 'walkthrough', { ...here(layout), parameters: parametersHere, also: [ofWhoDeploys] });
  const logins = {
    public: await ensureDeveloperLogin(azure, registries.public),
    quarantine: await ensureDeveloperLogin(azure, registries.quarantine),
    base: await ensureDeveloperLogin(azure, registries.base),
    team: await ensureDeveloperLogin(azure, registries.team),
  };
  await ensureSeedImages({ instance, engine, dockerfileFolder: join(walkthrough, 'base'), logins, log });
  const topic = (await azure.get(announcementTopicId, EVENT_GRID_API_VERSION)) as {
    properties: { endpoint: string };
  };
  return { logins, announcementsEndpoint: topic.properties.endpoint };
}

/** Everything that needs the app to be there. */
export async function provisionEvents({ instance, layout }: { instance: Instance; layout: Layout }): Promise<void> {
  const azure = createAzureClient(instance);
  const publicRegistryPassword = await newUpstreamPassword(azure, registriesOf(instance).public);
  await deploy(azure, 'walkthrough-subscriptions', {
    ...here(layout),
    parameters: { publicRegistryPassword },
  });
}

const here = ({ repositories, declared }: Layout) => ({ repositories, declared });

/** A copy, so that it can be edited without changing this repository. */
async function ensurePolicy({ from, to }: { from: string; to: string }): Promise<void> {
  if (existsSync(to)) return;
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(from, draft, { recursive: true });
  await rename(draft, to);
}
