/**
 * Does locally what the Bicep files and a first walkthrough do in Azure, through the same front doors. What is there is left alone.
 *
 * In two parts, because a webhook has to answer the handshake of its subscription, and so the app has to run before the second.
 */
import { existsSync } from 'node:fs';
import { cp, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { registriesOf, signingKey, type RegistryRole } from '../azure.ts';
import type { Engine } from '../containers/engine.ts';
import type { Instance } from '../instance.ts';
import { walkthrough, type Layout } from '../layout.ts';
import { createAzureClient } from './azure-client.ts';
import { declare } from './declared.ts';
import { TASKS_API_VERSION } from './docker-task.ts';
import { ensureSeedImages } from './images.ts';
import { ensureDeveloperLogin, ensureUpstreamLogin, type Login } from './logins.ts';
import { ensureRepositories } from './repositories.ts';
import { announcementTopic, helloWorldTask, pushSubscriptions, tasks } from './resources.ts';
import { roles, taskPulls } from './roles.ts';

/** The secret that the container group of the walkthrough uses. */
const GREETING = { name: 'hello-world-greeting', value: 'Hello, world' };

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
  const { declared: file } = layout;
  await declare(azure, [announcementTopic, ...roles(instance), ...tasks(instance, layout)], { file });
  const task = (await azure.get(helloWorldTask(instance), TASKS_API_VERSION)) as { identity: { principalId: string } };
  await declare(azure, [taskPulls(task.identity.principalId, registries.base.id)], { file });
  const logins = {
    public: await ensureDeveloperLogin(azure, registries.public),
    quarantine: await ensureDeveloperLogin(azure, registries.quarantine),
    base: await ensureDeveloperLogin(azure, registries.base),
    team: await ensureDeveloperLogin(azure, registries.team),
  };
  await ensureUpstreamLogin(azure, registries.public);
  if ((await azure.secret(GREETING.name)) === undefined) await azure.setSecret(GREETING.name, GREETING.value);
  await azure.ensureSigningKey(signingKey);
  await ensureSeedImages({ instance, engine, dockerfileFolder: join(walkthrough, 'base'), logins, log });
  const topic = (await azure.get(announcementTopic.path, announcementTopic.apiVersion)) as {
    properties: { endpoint: string };
  };
  return { logins, announcementsEndpoint: topic.properties.endpoint };
}

/** Everything that needs the app to run. */
export async function provisionEvents({ instance, layout }: { instance: Instance; layout: Layout }): Promise<void> {
  await declare(createAzureClient(instance), pushSubscriptions(instance), { file: layout.declared });
}

/** A copy, so that it can be edited without changing this repository. */
async function ensurePolicy({ from, to }: { from: string; to: string }): Promise<void> {
  if (existsSync(to)) return;
  const draft = `${to}.draft`;
  await rm(draft, { recursive: true, force: true });
  await cp(from, draft, { recursive: true });
  await rename(draft, to);
}
