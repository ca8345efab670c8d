/**
 * The app as it runs in Azure, on the local host, with the real clients, against the emulated Azure, all on one virtual clock and without a
 * container: events come over Event Grid's webhook, sweeps by the timer.
 *
 * The time moves only while nothing is under way: no function, no run of a task, no delivery of an event.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startCloud, type Cloud } from '../../../local/cloud/cloud.ts';
import type { CloudConfig } from '../../../local/cloud/world.ts';
import { isEnded, openRecords, runKey } from '../../../local/cloud/tasks/records.ts';
import { startHost, type Host } from '../../../local/host/start-host.ts';
import { startStorage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { createClients, type Clients } from '../../../shared/azure/clients.ts';
import { host as hostSchema, type Host as RegistryHost } from '../../../shared/domain/reference.ts';
import { app, credentialOf, freePort, vaultUrl } from '../cloud/services.ts';
import { basic } from '../cloud/registry-fixture.ts';
import { instantChecks } from './instant-checks.ts';
import { oneClock, type OneClock } from './one-clock.ts';
import { storageFront } from './storage-front.ts';
import { withEnvironment } from './with-environment.ts';

const GROUP = 'faults-rg';
const APP_FOLDER = join(import.meta.dirname, '../../..');
const SIGNING_KEY = 'promotions';
const REGISTRIES = ['publicreg', 'quarantinereg', 'basereg'] as const;
type RegistryName = (typeof REGISTRIES)[number];

export interface System {
  cloud: Cloud;
  /** The test's own, with the identity of the app; the ledger without faults. */
  clients: Clients;
  host(registry: RegistryName): RegistryHost;
  /** A plain request to a registry, with a login of the cloud's own. */
  callRegistry(registry: RegistryName, path: string, init?: RequestInit): Promise<Response>;
  /** In the place of the last one. It may name the settings `${PUBLIC_REGISTRY}` and `${BASE_REGISTRY}`. */
  writePolicy(files: Record<string, string>): Promise<void>;
  /** Their checks fail from now on. */
  markRed(digests: string[]): Promise<void>;
  /** Lets so much time pass, and everything happen that falls due in it. */
  pass(ms: number): Promise<void>;
  /** What the app and its host warned of. */
  warnings: string[];
  close(): Promise<void>;
}

/** There is a secret `public-password`, of the user `publicreg` in the registry of that name. */
export async function startSystem(): Promise<System> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-faults-'));
  const closing: (() => Promise<unknown> | void)[] = [() => rm(directory, { recursive: true, force: true })];
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    const policy = join(directory, 'policy');
    await mkdir(policy);
    const redFile = join(directory, 'red');
    await writeFile(redFile, '');
    const clock = oneClock();
    closing.push(() => clock.restore());
    const config = await newConfig();
    const cloud = await startCloud({
      ...{ config, directory: join(directory, 'cloud'), engine: instantChecks({ redFile }), clock },
      log: () => {},
    });
    closing.push(() => cloud.stop());
    trust(cloud.world.tls.caFile);
    for (const role of ['Key Vault Secrets User', 'Key Vault Crypto Officer', 'EventGrid Data Sender'] as const) {
      cloud.roles.assign(app.objectId, role, `/subscriptions/${config.subscription}`);
    }
    await makeSigningKey(cloud);
    cloud.vaults.named('faultsvault').put('public-password', await adminPassword(cloud, 'publicreg'));

    const storage = await startStorage({
      ...{ tls: cloud.world.tls, directory: join(directory, 'storage') },
      accounts: ['gated'],
      ports: { blob: await freePort(), table: await freePort() },
    });
    closing.push(() => storage.stop());
    const front = await storageFront(cloud, {
      tablesEndpoint: storage.tableEndpoint,
      ports: { faulty: await freePort(), quiet: await freePort() },
    });
    closing.push(() => front.close());

    await askArm(cloud, 'PUT', topic(config), {
      ...{ location: config.location, properties: { inputSchema: 'CloudEventSchemaV1_0' } },
    });
    const environment = environmentOf(config, { policy, storage, front });
    closing.push(withEnvironment(environment));
    const warnings: string[] = [];
    const host = await startHost({
      ...{ appFolder: APP_FOLDER, port: 0, database: ':memory:', clock },
      log: ({ level, message }) => void (level === 'warning' || level === 'error' ? warnings.push(message) : undefined),
    });
    closing.push(() => host.stop({ graceMs: 1_000 }));
    await subscribe(cloud, host);

    return {
      cloud,
      clients: createClients(
        {
          subscriptionId: config.subscription,
          armEndpoint: environment.ARM_ENDPOINT,
          keyVaultUrl: environment.KEY_VAULT_URL,
          tablesEndpoint: front.quietTablesEndpoint,
          blobsEndpoint: storage.blobEndpoint,
          announcementsEndpoint: environment.ANNOUNCEMENTS_ENDPOINT,
        },
        { credential: credentialOf(cloud.identity, app) },
      ),
      host: (registry) => hostOf(config, registry),
      callRegistry(registry, path, init = {}) {
        const loginServer = hostOf(config, registry);
        const headers = new Headers(init.headers);
        headers.set('authorization', basic(cloud.registries.login(loginServer)));
        return fetch(`https://${loginServer}${path}`, { ...init, headers });
      },
      async writePolicy(files) {
        for (const [path, text] of Object.entries(files)) {
          await mkdir(dirname(join(policy, path)), { recursive: true });
          await writeFile(join(policy, path), text);
        }
      },
      markRed: (digests) => writeFile(redFile, digests.join('\n')),
      pass: timePasses({ clock, host, isBusy: workOf(cloud) }),
      warnings,
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function timePasses(options: { clock: OneClock; host: Host; isBusy: () => boolean }) {
  const { clock, host, isBusy } = options;
  const quiet = async () => {
    for (;;) {
      // What is due at this very moment waits for the clock too.
      clock.advance(0);
      await host.settle();
      if (!isBusy()) {
        await host.settle();
        if (!isBusy()) return;
      }
      await pause(2);
    }
  };
  return async (ms: number) => {
    let over = false;
    clock.after(ms, () => (over = true));
    await quiet();
    while (!over) {
      clock.advanceToNext();
      await quiet();
    }
  };
}

/** Whether the cloud has something to do that is not waiting for the clock. */
function workOf({ world }: Cloud): () => boolean {
  const { runs } = openRecords(world.store);
  const queue = world.store.collection<{ dueAt: number }>('events.queue');
  let next = 1;
  return () => {
    for (; ; next += 1) {
      const run = runs.get(runKey('quarantinereg', next));
      if (!run) break;
      if (!isEnded(run.status)) return true;
    }
    return queue.entries().some(({ value }) => value.dueAt <= world.clock.now());
  };
}

async function newConfig(): Promise<CloudConfig> {
  const registries = [];
  for (const name of REGISTRIES) registries.push({ name, resourceGroup: GROUP, port: await freePort() });
  return {
    instance: 'faults',
    subscription: '77777777-7777-4777-8777-777777777777',
    tenant: '88888888-8888-4888-8888-888888888888',
    location: 'westeurope',
    ports: {
      ...{ arm: await freePort(), identity: await freePort() },
      ...{ events: await freePort(), blobs: await freePort() },
    },
    registries,
    vaults: [{ name: 'faultsvault', resourceGroup: GROUP, port: await freePort() }],
    addresses: '127.0.8',
    runnerImage: 'runner:1',
    principals: [app],
  };
}

function hostOf({ registries }: CloudConfig, name: RegistryName): RegistryHost {
  return hostSchema.parse(`localhost:${registries.find((registry) => registry.name === name)?.port}`);
}

const inGroup = ({ subscription }: CloudConfig, type: string, name: string): string =>
  `/subscriptions/${subscription}/resourceGroups/${GROUP}/providers/${type}/${name}`;
const registryId = (config: CloudConfig, name: RegistryName): string =>
  inGroup(config, 'Microsoft.ContainerRegistry/registries', name);
const topic = (config: CloudConfig): string => inGroup(config, 'Microsoft.EventGrid/topics', 'announcements');

/** As the Bicep files declare it: every push wakes the app. */
async function subscribe(cloud: Cloud, { port }: Host): Promise<void> {
  const { config } = cloud.world;
  const endpointUrl = `http://127.0.0.1:${port}/runtime/webhooks/eventgrid?functionName=onImagePushed`;
  for (const name of REGISTRIES) {
    await askArm(
      cloud,
      'PUT',
      `${registryId(config, name)}/providers/Microsoft.EventGrid/eventSubscriptions/gated-import`,
      {
        properties: {
          destination: { endpointType: 'WebHook', properties: { endpointUrl } },
          filter: { includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'] },
          eventDeliverySchema: 'EventGridSchema',
        },
      },
    );
  }
}

/** A login that lasts: those of the cloud's own services end after hours, and hours pass here. */
async function adminPassword(cloud: Cloud, name: RegistryName): Promise<string> {
  const id = registryId(cloud.world.config, name);
  await askArm(cloud, 'PATCH', id, { properties: { adminUserEnabled: true } });
  const { passwords } = (await askArm(cloud, 'POST', `${id}/listCredentials`)) as { passwords: [{ value: string }] };
  return passwords[0].value;
}

async function askArm({ identity, world }: Cloud, method: string, path: string, body?: object): Promise<unknown> {
  const arm = `https://localhost:${world.config.ports.arm}`;
  const version = path.includes('Microsoft.EventGrid') ? '2022-06-15' : '2023-07-01';
  const response = await fetch(`${arm}${path}?api-version=${version}`, {
    method,
    headers: { authorization: `Bearer ${identity.issue(app, arm)}`, 'content-type': 'application/json' },
    ...(body ? { body: JSON.stringify(body) } : {}),
  });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

function environmentOf(
  config: CloudConfig,
  places: { policy: string; storage: { blobEndpoint: string }; front: { tablesEndpoint: string } },
) {
  const { arm, identity, events } = config.ports;
  return {
    POLICY: places.policy,
    SUBSCRIPTION_ID: config.subscription,
    ARM_ENDPOINT: `https://localhost:${arm}`,
    KEY_VAULT_URL: vaultUrl(config),
    TABLES_ENDPOINT: places.front.tablesEndpoint,
    BLOBS_ENDPOINT: places.storage.blobEndpoint,
    ANNOUNCEMENTS_ENDPOINT: `https://localhost:${events}/announcements/api/events`,
    IDENTITY_ENDPOINT: `http://127.0.0.1:${identity}/msi/token`,
    IDENTITY_HEADER: app.identityHeader,
    AZURE_CLIENT_ID: app.clientId,
    PUBLIC_REGISTRY: hostOf(config, 'publicreg'),
    QUARANTINE_REGISTRY: hostOf(config, 'quarantinereg'),
    BASE_REGISTRY: hostOf(config, 'basereg'),
    RUNNER_IMAGE: config.runnerImage,
    SWEEP_SCHEDULE: '0 */10 * * * *',
    SIGNING_KEY,
    TASK_HUB: 'faults',
    AUTH_MODE: 'local',
  };
}

async function makeSigningKey({ world, identity }: Cloud): Promise<void> {
  const response = await fetch(`${vaultUrl(world.config)}/keys/${SIGNING_KEY}/create?api-version=7.5`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${identity.issue(app, 'https://vault.azure.net')}`,
      'content-type': 'application/json',
    },
    body: JSON.stringify({ kty: 'EC', crv: 'P-256', key_ops: ['sign', 'verify'] }),
  });
  if (!response.ok) throw new Error(`the key was not made: ${response.status} ${await response.text()}`);
}
