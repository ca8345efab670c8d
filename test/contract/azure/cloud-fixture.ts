/**
 * The ports on the real clients, with the app's own managed identity, against the emulated Azure on free ports.
 *
 * Three registries: `public` plays one that is not ours. An image of busybox alone is in it, as `busybox:1`.
 */
import { cp, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { startCloud, type Cloud } from '../../../local/cloud/cloud.ts';
import type { CloudConfig } from '../../../local/cloud/world.ts';
import { detectEngine } from '../../../local/containers/detect.ts';
import type { Engine } from '../../../local/containers/engine.ts';
import { findBusybox } from '../../../local/setup/busybox.ts';
import { startStorage } from '../../../local/storage.ts';
import { trust } from '../../../local/trust.ts';
import { createClients } from '../../../shared/azure/clients.ts';
import { azurePorts } from '../../../shared/azure/ports.ts';
import {
  digest as digestSchema,
  host as hostSchema,
  parseTagReference,
  type Digest,
  type Host,
} from '../../../shared/domain/reference.ts';
import { ociUpstreams } from '../../../shared/oci/upstreams.ts';
import type { Ports } from '../../../shared/ports.ts';
import { basic } from '../cloud/registry-fixture.ts';
import { image as fileImage, pushImage } from '../cloud/registry-images.ts';
import { app, freePort, vaultUrl } from '../cloud/services.ts';
import { someAddresses } from '../cloud/instances-system.ts';

const GROUP = 'contract-rg';
/** Nobody has made it: a test that signs does. */
export const SIGNING_KEY = 'promotions';
const IDENTITY = ['IDENTITY_ENDPOINT', 'IDENTITY_HEADER'] as const;

export interface CloudFixture {
  cloud: Cloud;
  ports: Omit<Ports, 'policies'>;
  hosts: Record<'public' | 'quarantine' | 'base', Host>;
  resourceGroup: string;
  runnerImage: string;
  /** Pushes an image of busybox with a shell and this environment; answers its digest. */
  pushShell(image: string, environment: Record<string, string>): Promise<Digest>;
  /** A new version of the key that records are signed with. */
  makeSigningKey(): Promise<void>;
  /** The same with these files in it (path → text) and these lines at the end of its Dockerfile; with all of busybox's programs. */
  pushImage(image: string, content: { files: Record<string, string>; lines?: string[] }): Promise<Digest>;
  /** Pushes an image of this one file and no program, which needs no engine. */
  pushFile(image: string, file: { path: string; text: string }): Promise<Digest>;
  /** PUTs a resource to Azure Resource Manager as the app. */
  putResource(path: string, body: object): Promise<void>;
  close(): Promise<void>;
}

export async function startCloudFixture(): Promise<CloudFixture> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-contract-'));
  const instance = 'azure-contract';
  const engine = await detectEngine({ directory: join(directory, 'engine'), instance, log: () => {} });
  const config = await newConfig(instance);
  const cloud = await startCloud({ config, directory: join(directory, 'cloud'), engine, log: () => {} });
  for (const role of ['Key Vault Secrets User', 'Key Vault Crypto Officer', 'EventGrid Data Sender'] as const) {
    cloud.roles.assign(app.objectId, role, `/subscriptions/${config.subscription}`);
  }
  const { tls } = cloud.world;
  trust(tls.caFile);
  const storagePorts = { blob: await freePort(), table: await freePort() };
  const storage = await startStorage({
    ...{ tls, directory: join(directory, 'storage'), accounts: ['gated'], ports: storagePorts },
  });

  const hosts = {
    public: loginServer(config, 'publicreg'),
    quarantine: loginServer(config, 'quarantinereg'),
    base: loginServer(config, 'basereg'),
  };
  const before = IDENTITY.map((name) => process.env[name]);
  process.env['IDENTITY_ENDPOINT'] = `http://127.0.0.1:${config.ports.identity}/msi/token`;
  process.env['IDENTITY_HEADER'] = app.identityHeader;
  const armEndpoint = `https://localhost:${config.ports.arm}`;
  const clients = createClients({
    subscriptionId: config.subscription,
    armEndpoint,
    keyVaultUrl: vaultUrl(config),
    tablesEndpoint: storage.tableEndpoint,
    blobsEndpoint: storage.blobEndpoint,
    announcementsEndpoint: `https://localhost:${config.ports.events}/announcements/api/events`,
    managedIdentityClientId: app.clientId,
  });
  await pushBusybox({ engine, cloud, directory, image: `${hosts.public}/busybox:1` });
  const digestOf = async (image: string): Promise<Digest> => {
    const digest = await azurePorts(clients, { signingKey: SIGNING_KEY }).registries.digestOf(parseTagReference(image));
    if (!digest) throw new Error(`${image} was pushed and is not there`);
    return digest;
  };

  return {
    cloud,
    ports: { ...azurePorts(clients, { signingKey: SIGNING_KEY }), upstreams: ociUpstreams() },
    hosts,
    resourceGroup: GROUP,
    runnerImage: config.runnerImage,
    async pushShell(image, environment) {
      const env = Object.entries(environment).map(([name, value]) => `ENV ${name}=${value}`);
      const links = 'RUN ["/bin/busybox", "ln", "-s", "busybox", "/bin/sh"]';
      await pushBusybox({ engine, cloud, directory, image, more: [links, ...env, 'ENTRYPOINT []'] });
      return digestOf(image);
    },
    async pushImage(image, { files, lines = [] }) {
      const links = ['RUN ["/bin/busybox", "--install", "/bin"]', 'ENV PATH=/bin'];
      const more = [...links, ...Object.keys(files).map((path) => `COPY ${path} /${path}`), ...lines];
      await pushBusybox({ engine, cloud, directory, image, files, more });
      return digestOf(image);
    },
    async pushFile(name, { path, text }) {
      const { host, repository, tag } = parseTagReference(name);
      const authorization = basic(cloud.registries.login(host));
      const registry = {
        call: (_: string, url: string, init: RequestInit = {}) =>
          // The host says which registry it is.
          fetch(`https://${host}${url}`, { ...init, headers: { ...init.headers, authorization } }),
      };
      const image = await fileImage(text, { path, architecture: 'amd64' });
      return digestSchema.parse(await pushImage(registry, 'base', { repository, reference: tag, image }));
    },
    async makeSigningKey() {
      const response = await fetch(`${vaultUrl(config)}/keys/${SIGNING_KEY}/create?api-version=7.5`, {
        method: 'POST',
        headers: {
          Authorization: `Bearer ${cloud.identity.issue(app, 'https://vault.azure.net')}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify({ kty: 'EC', crv: 'P-256', key_ops: ['sign', 'verify'] }),
      });
      if (!response.ok) throw new Error(`the key was not made: ${response.status} ${await response.text()}`);
    },
    async putResource(path, body) {
      const response = await fetch(new URL(path, armEndpoint), {
        method: 'PUT',
        headers: {
          Authorization: `Bearer ${cloud.identity.issue(app, armEndpoint)}`,
          'Content-Type': 'application/json',
        },
        body: JSON.stringify(body),
      });
      if (!response.ok) throw new Error(`PUT ${path}: ${response.status} ${await response.text()}`);
    },
    async close() {
      IDENTITY.forEach((name, index) => setOrDelete(name, before[index]));
      await storage.stop();
      await cloud.stop();
      await engine.removeAll({ images: true });
      await rm(directory, { recursive: true, force: true });
    },
  };
}

async function newConfig(instance: string): Promise<CloudConfig> {
  const registry = async (name: string) => ({ name, resourceGroup: GROUP, port: await freePort() });
  const registries = [await registry('publicreg'), await registry('quarantinereg'), await registry('basereg')];
  return {
    instance,
    subscription: '55555555-5555-4555-8555-555555555555',
    tenant: '66666666-6666-4666-8666-666666666666',
    location: 'westeurope',
    ports: {
      arm: await freePort(),
      identity: await freePort(),
      events: await freePort(),
      blobs: await freePort(),
    },
    registries,
    vaults: [{ name: 'contractvault', resourceGroup: GROUP, port: await freePort() }],
    addresses: someAddresses(),
    runnerImage: `localhost:${registries[1]?.port}/runner:1`,
    principals: [app],
  };
}

function loginServer({ registries }: CloudConfig, name: string): Host {
  return hostSchema.parse(`localhost:${registries.find((registry) => registry.name === name)?.port}`);
}

async function pushBusybox(options: {
  engine: Engine;
  cloud: Cloud;
  directory: string;
  image: string;
  files?: Record<string, string>;
  /** Further lines of its Dockerfile. */
  more?: string[];
}): Promise<void> {
  const { engine, cloud, directory, image, files = {}, more = [] } = options;
  const busybox = findBusybox();
  if (!busybox) throw new Error('this test needs a static busybox: apt-get install busybox-static');
  const context = await mkdtemp(join(directory, 'image-'));
  await cp(busybox, join(context, 'busybox'));
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(context, path)), { recursive: true });
    await writeFile(join(context, path), text, { mode: 0o755 });
  }
  await writeFile(
    join(context, 'Dockerfile'),
    ['FROM scratch', 'COPY busybox /bin/busybox', 'ENTRYPOINT ["/bin/busybox"]', ...more, ''].join('\n'),
  );
  await engine.ok(['build', '--tag', image, context], { timeoutMs: 60_000 });

  const login = await mkdtemp(join(directory, 'login-'));
  const registry = image.slice(0, image.indexOf('/'));
  const { username, password } = cloud.registries.login(registry);
  const auth = Buffer.from(`${username}:${password}`).toString('base64');
  await writeFile(join(login, 'config.json'), JSON.stringify({ auths: { [registry]: { auth } } }));
  const pushed = await engine.push(image, { login });
  if (pushed.code !== 0) throw new Error(`push of ${image}: ${pushed.stderr}`);
}

function setOrDelete(name: string, value: string | undefined): void {
  if (value === undefined) delete process.env[name];
  else process.env[name] = value;
}
