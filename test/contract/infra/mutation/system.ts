/**
 * The walkthrough as its snapshots say, in one process: the emulated Azure with the roles of the snapshots and no others, the app on the local host
 * with the real clients of Azure's SDKs, one virtual clock, and no container.
 */
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { appSettings } from '../../../../local/app-settings.ts';
import {
  cloudConfig,
  identities,
  policyContainerUrl,
  registriesOf,
  storageAccounts,
  tenant,
  type RegistryRole,
} from '../../../../local/azure.ts';
import { startCloud, type Cloud } from '../../../../local/cloud/cloud.ts';
import { isEnded, openRecords } from '../../../../local/cloud/tasks/records.ts';
import { deployFirstStage, deploySecondStage } from '../../../../local/deployment/stages.ts';
import type { Instance } from '../../../../local/instance.ts';
import { layoutOf, walkthrough } from '../../../../local/layout.ts';
import { fixedPorts, type Ports } from '../../../../local/ports.ts';
import { createAzureClient, type AzureClient } from '../../../../local/provision/azure-client.ts';
import { ensureRepositories } from '../../../../local/provision/repositories.ts';
import { startStorage } from '../../../../local/storage.ts';
import { trust } from '../../../../local/trust.ts';
import { createClients, type Clients, type ClientSettings } from '../../../../shared/azure/clients.ts';
import { basic } from '../../cloud/registry-fixture.ts';
import { OCI_MANIFEST, type Content, type Image } from '../../cloud/registry-images.ts';
import { credentialOf, freePort } from '../../cloud/services.ts';
import { oneClock, type OneClock } from '../../faults/one-clock.ts';
import { withEnvironment } from '../../faults/with-environment.ts';
import { appOnHost, type AppOnHost } from './app-on-host.ts';
import { azuriteNow } from './azurite-now.ts';
import { noContainers } from './no-containers.ts';
import { policyAuthor, type PolicyAuthor } from './policy-author.ts';

export interface System {
  cloud: Cloud;
  /** As whoever deploys. */
  azure: AzureClient;
  /** As the app. */
  clients: Clients;
  author: PolicyAuthor;
  app: AppOnHost;
  /** GET of the API of the app: the text of the answer, whatever its status. */
  api(path: string): Promise<string>;
  /** Under the tag, with a login of the cloud's own. */
  push(role: RegistryRole, repository: string, tag: string, image: Image): Promise<void>;
  digestOf(role: RegistryRole, repository: string, tag: string): string | undefined;
  /** Lets so much time pass, in steps of seconds: what falls due in one happens at its end. */
  pass(ms: number, options?: { stepMs: number }): Promise<void>;
  sweep(): Promise<void>;
  /** What the app said of what failed, and all that the emulated Azure said, since this was asked last. */
  said(): string[];
  /** Events that were given up, by the registry whose they are, and whether they were written to the storage account. */
  deadLetters(): Promise<{ registry: string; state: string }[]>;
  close(): Promise<void>;
}

const STEP_MS = 20_000;
/** In real time. */
const LOOK_EVERY_MS = 2;
const LOOKS_AT_A_RUN = 50;
const PAUSE_OF_A_RUN_MS = 5_000;

export async function startSystem(): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-mutation-'));
  const closing: (() => Promise<unknown> | void)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    const clock = oneClock();
    closing.push(() => clock.restore());
    const instance = await newInstance(directory);
    const layout = layoutOf(directory);
    const said: string[] = [];
    const cloud = await startCloud({
      ...{ config: cloudConfig(instance), directory: layout.cloud, clock },
      engine: await noContainers({ directory }),
      log: (service, message) => void said.push(`${service}: ${message}`),
    });
    closing.push(() => cloud.stop());
    trust(cloud.world.tls.caFile);
    const { azuriteBlobs, azuriteQueues, azuriteTables, app: port } = instance.ports;
    const azurite = { blob: await freePort(), queue: await freePort(), table: await freePort() };
    const { tls } = cloud.world;
    const storage = await startStorage({
      ...{ tls, directory: layout.storage, ports: azurite },
      accounts: [storageAccounts.gated, storageAccounts.policy],
    });
    closing.push(() => storage.stop());
    for (const ports of [
      { front: azuriteBlobs, behind: azurite.blob },
      { front: azuriteQueues, behind: azurite.queue },
      { front: azuriteTables, behind: azurite.table },
    ]) {
      const listening = await azuriteNow({ tls, tenant, ports });
      closing.push(() => listening.close());
    }

    await ensureRepositories({ from: walkthrough, to: layout.repositories });
    const azure = createAzureClient(instance);
    const { announcementsEndpoint } = await deployFirstStage(azure, layout);
    await nobodyCommits(azure, instance);
    const author = await policyAuthor({ cloud, instance, layout });
    await author.push();
    await mkdir(layout.logs);
    const settings = appSettings({ instance, layout, caFile: tls.caFile, announcementsEndpoint });
    // A sweep is made by hand, when a test wants one.
    closing.push(withEnvironment({ ...settings, POLICY: policyContainerUrl(instance), SWEEP_SCHEDULE: '0 0 0 1 1 *' }));
    const app = appOnHost({ port, clock, warned: (line) => void said.push(line) });
    closing.push(() => app.stop());
    await app.start();
    const isBusy = workOf(cloud);
    // A subscription is put when its function answers, which takes a while of this clock too.
    await alongside(deploySecondStage(azure, instance, layout), () => clock.advance(1_000));

    const { login } = cloud.registries;
    const registries = registriesOf(instance);
    return {
      ...{ cloud, azure, author, app, close },
      clients: createClients(clientSettings(settings), {
        credential: credentialOf(cloud.identity, { name: 'gated-import', ...identities.app }),
      }),
      async api(path) {
        const answer = await fetch(`${app.url}${path}`);
        return answer.text();
      },
      async push(role, repository, tag, { manifest, blobs }) {
        const server = registries[role].host;
        const send = async (method: string, path: string, { bytes }: Content, type: string) => {
          const answer = await fetch(`https://${server}/v2/${repository}/${path}`, {
            ...{ method, body: new Uint8Array(bytes) },
            headers: { 'content-type': type, authorization: basic(login(server)) },
          });
          if (answer.status !== 201) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
        };
        for (const each of blobs) {
          await send('POST', `blobs/uploads/?digest=${each.digest}`, each, 'application/octet-stream');
        }
        await send('PUT', `manifests/${tag}`, manifest, OCI_MANIFEST);
      },
      digestOf: (role, repository, tag) =>
        cloud.registries.digestOf({ loginServer: registries[role].host, repository, tag }),
      pass: (ms, { stepMs } = { stepMs: STEP_MS }) => timePasses({ clock, settle: app.settle, isBusy, ms, stepMs }),
      async sweep() {
        const { status } = await fetch(`${app.url}/admin/functions/checkUpstreams`, { method: 'POST' });
        if (status !== 202) throw new Error(`the sweep was answered ${status}`);
      },
      said: () => said.splice(0),
      async deadLetters() {
        const answer = await fetch(`https://localhost:${instance.ports.events}/local/events/deadletters`);
        const { value } = (await answer.json()) as { value: { blob: { name: string; state: string } }[] };
        return value.map(({ blob }) => ({ registry: blob.name.replace(/-pushes\/.*$/, ''), state: blob.state }));
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

const clientSettings = (settings: Record<string, string>): ClientSettings => ({
  subscriptionId: settings['SUBSCRIPTION_ID'] ?? '',
  armEndpoint: settings['ARM_ENDPOINT'] ?? '',
  keyVaultUrl: settings['KEY_VAULT_URL'] ?? '',
  tablesEndpoint: settings['TABLES_ENDPOINT'] ?? '',
  blobsEndpoint: settings['BLOBS_ENDPOINT'] ?? '',
  announcementsEndpoint: settings['ANNOUNCEMENTS_ENDPOINT'] ?? '',
});

async function timePasses(options: {
  clock: OneClock;
  settle: () => Promise<void>;
  isBusy: () => boolean;
  ms: number;
  stepMs: number;
}): Promise<void> {
  const { clock, settle, isBusy, ms, stepMs } = options;
  const move = (byMs: number) => {
    // Something waits for the end of it, so that `Date` gets there as well.
    clock.after(byMs, () => {});
    clock.advance(byMs);
  };
  for (let left = ms; left > 0; left -= stepMs) {
    move(Math.min(left, stepMs));
    await settle();
    for (let looks = 1; isBusy(); looks += 1) {
      await pause(LOOK_EVERY_MS);
      // A run that pauses between two attempts waits for this clock.
      move(looks % LOOKS_AT_A_RUN === 0 ? PAUSE_OF_A_RUN_MS : 0);
      await settle();
    }
  }
}

/** Whether the cloud has something to do that is not waiting for the clock. */
function workOf({ world }: Cloud): () => boolean {
  const { runs } = openRecords(world.store);
  const queue = world.store.collection<{ dueAt: number }>('events.queue');
  return () =>
    runs.entries().some(({ value }) => !isEnded(value.status)) ||
    queue.entries().some(({ value }) => value.dueAt <= world.clock.now());
}

async function alongside(work: Promise<unknown>, meanwhile: () => void): Promise<void> {
  let over = false;
  const watched = work.finally(() => (over = true));
  while (!over) {
    meanwhile();
    await pause(5);
  }
  await watched;
}

async function newInstance(directory: string): Promise<Instance> {
  const ports = { ...fixedPorts };
  for (const name of Object.keys(ports) as (keyof Ports)[]) ports[name] = await freePort();
  const identityHeaders = {
    app: 'the-identity-header-of-the-app',
    pull: 'the-identity-header-of-groups',
    provisioner: 'the-identity-header-of-who-deploys',
    author: 'the-identity-header-of-who-writes-policies',
  };
  return { name: 'mutation', directory, ports, addresses: '127.0.8', identityHeaders };
}

/** Asking git once a second of a clock that leaps would be most of the work of this test. */
async function nobodyCommits(azure: AzureClient, instance: Instance): Promise<void> {
  const registries = registriesOf(instance);
  for (const task of [`${registries.public.id}/tasks/base-image-node`, `${registries.team.id}/tasks/hello-world`]) {
    const trigger = { sourceTriggers: [{ name: 'commit', status: 'Disabled' }] };
    await azure.patch(task, '2025-03-01-preview', { properties: { trigger } });
  }
}
