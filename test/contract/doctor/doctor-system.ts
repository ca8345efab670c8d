/**
 * A system on the emulated Azure, deployed as the templates do, in which everything is right; and a person who may read it.
 *
 * Roles come from the map of roles itself: what the doctor compares with, it must find when exactly that was assigned.
 */
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startCloud, type Cloud } from '../../../local/cloud/cloud.ts';
import type { CloudConfig } from '../../../local/cloud/world.ts';
import { trust } from '../../../local/trust.ts';
import { image, pushImage } from '../cloud/registry-images.ts';
import { basic, type Login } from '../cloud/registry-fixture.ts';
import { openWebhook } from '../cloud/events-webhook.ts';
import { emptyEngine, freePort, vaultUrl as vaultUrlOf } from '../cloud/services.ts';
import { provision } from './provision.ts';

const GROUP = 'gated-rg';
const APPS = 'web-rg';
const NAMES = { public: 'publicreg', quarantine: 'quarantinereg', base: 'basereg', team: 'teamreg' };
type Name = keyof typeof NAMES;

const principal = (name: string, digit: string, owner = false) => ({
  name,
  objectId: `${digit.repeat(8)}-0000-4000-8000-000000000001`,
  clientId: `${digit.repeat(8)}-0000-4000-8000-000000000002`,
  identityHeader: `the header of ${name}`,
  owner,
});
const people = {
  app: principal('gated-import', 'a'),
  pull: principal('gated-import-pull', 'b'),
  owner: principal('owner', 'c', true),
  /** Whoever calls the doctor. */
  reader: principal('reader', 'd'),
};

export interface DoctorSystem {
  /** The policy folder, and the settings beside it. */
  folder: string;
  settings: Record<string, string>;
  ids: Record<Name | 'subscription' | 'apps' | 'vault' | 'topic' | 'app' | 'pull' | 'storage' | 'policy', string>;
  hosts: Record<Name, string>;
  people: typeof people;
  cloud: Cloud;
  /** A request to Azure Resource Manager as the owner; throws for what it refuses. */
  arm(method: string, id: string, body?: object): Promise<unknown>;
  vault(method: string, path: string, body?: object): Promise<void>;
  /** Where the app is woken. */
  webhook: string;
  signIn(scope: string): Promise<string>;
  /** The environment of a program that signs in as whoever may read. */
  surroundings: Record<string, string>;
  close(): Promise<void>;
}

export async function openDoctorSystem(): Promise<DoctorSystem> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-doctor-'));
  const config = await newConfig();
  const cloud = await startCloud({ config, directory: join(directory, 'cloud'), engine: emptyEngine, log: () => {} });
  trust(cloud.world.tls.caFile);
  const webhook = await openWebhook();
  const ids = idsOf(config);
  const hosts = Object.fromEntries(
    Object.entries(NAMES).map(([role, name]) => [role, `localhost:${portOf(config, name)}`]),
  ) as Record<Name, string>;

  const call = async (audience: string, method: string, url: string, body?: object): Promise<unknown> => {
    const answer = await fetch(url, {
      method,
      headers: {
        authorization: `Bearer ${cloud.identity.issue(people.owner, audience)}`,
        'content-type': 'application/json',
      },
      ...(body ? { body: JSON.stringify(body) } : {}),
    });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${method} ${url} was answered ${answer.status}: ${text}`);
    return text === '' ? undefined : (JSON.parse(text) as unknown);
  };
  const armUrl = `https://localhost:${config.ports.arm}`;
  const vaultUrl = vaultUrlOf(config);
  const arm: DoctorSystem['arm'] = (method, id, body) =>
    call(armUrl, method, `${armUrl}${id}?api-version=${versionOf(id)}`, body);
  const vault: DoctorSystem['vault'] = async (method, path, body) => {
    await call('https://vault.azure.net', method, `${vaultUrl}${path}?api-version=7.5`, body);
  };
  const push = (name: Name, repository: string, reference?: string): Promise<string> =>
    pushWith({ cloud, host: hosts[name] }, { repository, ...(reference === undefined ? {} : { reference }) });

  await provision({ arm, vault, ids, people, webhook });
  await push('public', 'node', '15-alpine');
  const runner = await push('quarantine', 'gated-import/runner');
  await vault('PUT', '/secrets/public-password', { value: await upstreamPassword(arm, ids.public) });
  const settings = {
    POLICY: `https://127.0.0.1:${config.storage?.doors?.blobs.front}/policies/policy`,
    SUBSCRIPTION_ID: config.subscription,
    ARM_ENDPOINT: armUrl,
    KEY_VAULT_URL: vaultUrl,
    TABLES_ENDPOINT: `https://127.0.0.1:${config.storage?.doors?.tables.front}/gated`,
    BLOBS_ENDPOINT: `https://127.0.0.1:${config.storage?.doors?.blobs.front}/gated`,
    ANNOUNCEMENTS_ENDPOINT: await topicEndpoint(arm, ids.topic),
    QUARANTINE_REGISTRY: hosts.quarantine,
    PUBLIC_REGISTRY: hosts.public,
    BASE_REGISTRY: hosts.base,
    TEAM_REGISTRY: hosts.team,
    RUNNER_IMAGE: `${hosts.quarantine}/gated-import/runner@${runner}`,
    SIGNING_KEY: 'promotions',
    SWEEP_SCHEDULE: '0 */5 * * * *',
    TASK_HUB: 'doctors',
    AZURE_CLIENT_ID: people.app.clientId,
  };
  await writeFiles(directory, {
    'settings.json': JSON.stringify({ Values: settings }),
    'policy/gates.yaml': GATES,
    'policy/check.sh': 'node --version\n',
    'policy/web.yaml': groupFile(ids.pull),
  });
  return {
    folder: directory,
    settings,
    ids,
    hosts,
    people,
    cloud,
    arm,
    vault,
    webhook: webhook.url,
    signIn: (scope) => Promise.resolve(cloud.identity.issue(people.reader, scope.replace(/\/\.default$/, ''))),
    surroundings: {
      IDENTITY_ENDPOINT: `http://127.0.0.1:${config.ports.identity}/msi/token`,
      IDENTITY_HEADER: people.reader.identityHeader,
      NODE_EXTRA_CA_CERTS: cloud.world.tls.caFile,
    },
    async close() {
      await webhook.close();
      await cloud.stop();
      await rm(directory, { recursive: true });
    },
  };
}

const GATES = `version: 1
gates:
  node:
    from: \${PUBLIC_REGISTRY}/node:15-alpine
    to: \${BASE_REGISTRY}/node:15-alpine
    checks: { works: { script: check.sh } }
images:
  hello:
    repository: \${TEAM_REGISTRY}/hello
    build: { task: hello-build, pass: { BASE_IMAGE: node } }
apps:
  web: { runs: hello, group: web.yaml, resourceGroup: ${APPS} }
upstreams:
  \${PUBLIC_REGISTRY}: { username: gated-import, password: '\${secret:public-password}' }
`;

const groupFile = (pull: string) => `name: web
location: westeurope
identity: { type: UserAssigned, userAssignedIdentities: { ${pull}: {} } }
properties:
  osType: Linux
  imageRegistryCredentials:
    - { server: '\${TEAM_REGISTRY}', identity: ${pull} }
  containers:
    - name: web
      properties:
        image: \${TEAM_REGISTRY}/hello
        resources: { requests: { cpu: 0.5, memoryInGB: 0.5 } }
`;

async function newConfig(): Promise<CloudConfig> {
  const registries = await Promise.all(
    Object.values(NAMES).map(async (name) => ({ name, resourceGroup: GROUP, port: await freePort() })),
  );
  const [arm = 0, identity = 0, events = 0, blobs = 0] = await Promise.all([1, 2, 3, 4].map(freePort));
  // Nothing is behind the doors: the doctor asks Resource Manager alone.
  const door = async () => ({ front: await freePort(), behind: await freePort() });
  return {
    instance: 'doctor',
    subscription: '77777777-7777-4777-8777-777777777777',
    tenant: '88888888-8888-4888-8888-888888888888',
    location: 'westeurope',
    ports: { arm, identity, events, blobs },
    registries,
    vaults: [{ name: 'doctorvault', resourceGroup: GROUP, port: await freePort() }],
    storage: {
      accounts: ['gated', 'policies'].map((name) => ({ name, resourceGroup: GROUP })),
      blobEndpoint: 'https://127.0.0.1:1',
      doors: { blobs: await door(), queues: await door(), tables: await door() },
    },
    addresses: '127.0.9',
    runnerImage: 'none',
    principals: Object.values(people),
  };
}

const portOf = ({ registries }: CloudConfig, name: string) => registries.find((each) => each.name === name)?.port;

function idsOf(config: CloudConfig): DoctorSystem['ids'] {
  const subscription = `/subscriptions/${config.subscription}`;
  const within = (type: string, name: string) => `${subscription}/resourceGroups/${GROUP}/providers/${type}/${name}`;
  const registry = (name: Name) => within('Microsoft.ContainerRegistry/registries', NAMES[name]);
  const identity = (name: string) => within('Microsoft.ManagedIdentity/userAssignedIdentities', name);
  return {
    subscription,
    public: registry('public'),
    quarantine: registry('quarantine'),
    base: registry('base'),
    team: registry('team'),
    apps: `${subscription}/resourceGroups/${APPS}`,
    vault: within('Microsoft.KeyVault/vaults', 'doctorvault'),
    storage: within('Microsoft.Storage/storageAccounts', 'gated'),
    policy: `${within('Microsoft.Storage/storageAccounts', 'policies')}/blobServices/default/containers/policy`,
    topic: within('Microsoft.EventGrid/topics', 'announcements'),
    app: identity(people.app.name),
    pull: identity(people.pull.name),
  };
}

const versionOf = (id: string): string => {
  if (id.includes('/Microsoft.Authorization/')) return '2022-04-01';
  if (id.includes('/Microsoft.EventGrid/')) return '2022-06-15';
  return id.includes('/tasks/') ? '2019-06-01-preview' : '2023-05-01';
};

/** The login of the simulated public registry, as its owner gives it to us. */
async function upstreamPassword(arm: DoctorSystem['arm'], registry: string): Promise<string> {
  const scopeMapId = `${registry}/scopeMaps/gated-import`;
  await arm('PUT', scopeMapId, { properties: { actions: ['repositories/node/content/read'] } });
  const tokenId = `${registry}/tokens/gated-import`;
  await arm('PUT', tokenId, { properties: { scopeMapId, status: 'enabled' } });
  const made = (await arm('POST', `${registry}/generateCredentials`, { tokenId, name: 'password1' })) as {
    passwords: { value: string }[];
  };
  return made.passwords[0]?.value ?? '';
}

async function topicEndpoint(arm: DoctorSystem['arm'], id: string): Promise<string> {
  const { properties } = (await arm('GET', id)) as { properties: { endpoint: string } };
  return properties.endpoint;
}

async function pushWith(
  { cloud, host }: { cloud: Cloud; host: string },
  named: { repository: string; reference?: string },
): Promise<string> {
  const login: Login = cloud.registries.login(host);
  const call = (_: unknown, path: string, init: RequestInit = {}) =>
    fetch(`https://${host}${path}`, { ...init, headers: { ...init.headers, authorization: basic(login) } });
  return pushImage({ call }, 'base', { ...named, image: await image(named.repository) });
}

async function writeFiles(directory: string, files: Record<string, string>): Promise<void> {
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(directory, path)), { recursive: true });
    await writeFile(join(directory, path), text);
  }
}
