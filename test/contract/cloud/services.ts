/** A world for the services of the emulated Azure that need no containers, and listeners for them on free ports. */
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TokenCredential } from '@azure/core-auth';
import { realClock, type Clock } from '../../../local/clock.ts';
import { listen, type Fetch } from '../../../local/cloud/http.ts';
import { openStore } from '../../../local/cloud/store.ts';
import { openTls } from '../../../local/cloud/tls.ts';
import type {
  CloudConfig,
  IdentityService,
  Principal,
  RegistryService,
  Tls,
  World,
} from '../../../local/cloud/world.ts';
import type { Engine } from '../../../local/containers/engine.ts';

export const app: CloudConfig['principals'][number] = {
  name: 'app',
  objectId: '11111111-1111-4111-8111-111111111111',
  clientId: '22222222-2222-4222-8222-222222222222',
  identityHeader: 'the-identity-header-of-the-app',
  // What it may do without any role is in roles.test.ts; elsewhere roles are not the question.
  owner: true,
};

export interface TestWorld {
  world: World;
  /** What services logged: `service: message`. */
  logged: string[];
  listen(app: { fetch: Fetch }, options: { port: number; tls?: boolean }): Promise<void>;
  /** The same state on disk, as a cloud finds it that was killed and is started again. */
  again(): World;
  close(): Promise<void>;
}

export async function openTestWorld({ clock = realClock }: { clock?: Clock } = {}): Promise<TestWorld> {
  const directory = await mkdtemp(join(tmpdir(), 'gated-import-cloud-'));
  const [arm, identity, events, blobs] = await Promise.all([1, 2, 3, 4].map(freePort));
  const logged: string[] = [];
  const world: World = {
    config: {
      instance: 'contract',
      subscription: '33333333-3333-4333-8333-333333333333',
      tenant: '44444444-4444-4444-8444-444444444444',
      location: 'westeurope',
      ports: { arm, identity, events, blobs } as CloudConfig['ports'],
      registries: [],
      vaults: [{ name: 'contractvault', resourceGroup: 'contract-rg', port: await freePort() }],
      addresses: '127.0.9',
      runnerImage: 'none',
      principals: [app],
    },
    directory,
    store: openStore(join(directory, 'cloud.db')),
    clock,
    engine: noEngine,
    tls: await certificate(join(directory, 'tls')),
    log: (service, message) => void logged.push(`${service}: ${message}`),
  };
  const closing: (() => Promise<void> | void)[] = [() => world.store.close()];

  return {
    world,
    logged,
    async listen(served, { port, tls = true }) {
      const listening = await listen(served, { port, what: 'a test', ...(tls ? { tls: world.tls } : {}) });
      closing.push(() => listening.close());
    },
    again() {
      const store = openStore(join(directory, 'cloud.db'));
      closing.push(() => store.close());
      return { ...world, store };
    },
    async close() {
      for (const close of closing.toReversed()) await close();
      await rm(directory, { recursive: true });
    },
  };
}

/** Files of the first world's certificate: making one takes longer than most tests, so all worlds of a test file have the same. */
const made = new Map<string, Buffer>();

async function certificate(folder: string): Promise<Tls> {
  if (made.size > 0) await mkdir(folder);
  for (const [name, bytes] of made) await writeFile(join(folder, name), bytes, { mode: 0o600 });
  const tls = await openTls({ folder });
  for (const name of await readdir(folder)) made.set(name, await readFile(join(folder, name)));
  return tls;
}

/** Of the first vault, in a configuration that has one. */
export const vaultUrl = ({ vaults: [vault] }: Pick<CloudConfig, 'vaults'>): string =>
  `https://localhost:${vault?.port}`;

/** A credential as the SDKs take it, for a principal, without a managed identity endpoint in between. */
export const credentialOf = (identity: IdentityService, principal: Principal): TokenCredential => ({
  getToken: (scopes) => {
    const [scope = ''] = [scopes].flat();
    const token = identity.issue(principal, scope.replace(/\/\.default$/, ''));
    return Promise.resolve({ token, expiresOnTimestamp: Date.now() + 3_600_000 });
  },
});

/** Each test worker hands out ports of its own, below the range that the kernel gives to whoever asks for any: nobody takes one between finding and using it. */
const PORTS = { first: 20_000, ofAWorker: 1_000 };
const firstPort = PORTS.first + (Number(process.env['VITEST_POOL_ID'] ?? 0) % 12) * PORTS.ofAWorker;
let handedOut = 0;

export async function freePort(): Promise<number> {
  const port = firstPort + (handedOut++ % PORTS.ofAWorker);
  return (await isFree(port)) ? port : freePort();
}

const isFree = (port: number) =>
  new Promise<boolean>((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
  });

/** Answers what `look` finds, looking again until it finds something: more seldom where looking is itself some work. */
export async function eventually<T>(
  look: () => T | undefined | Promise<T | undefined>,
  withinMs = 10_000,
  { everyMs = 20 }: { everyMs?: number } = {},
): Promise<T> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined) return found;
    if (Date.now() > deadline) throw new Error(`not within ${withinMs} ms: ${look.toString()}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

export const noEngine = new Proxy({} as Engine, {
  get(_, property) {
    throw new Error(`this test has no container engine, and engine.${String(property)} was asked for`);
  },
});

/** For services that nobody pulls with. */
export const noRegistries: RegistryService = {
  loginServers: () => [],
  isByRepository: () => false,
  login: () => ({ username: 'nobody', password: 'none' }),
  loginAs: () => ({ username: 'nobody', password: 'none' }),
};

/** An engine with nothing in it. */
export const emptyEngine = new Proxy({} as Engine, {
  get: (_, property) => {
    if (property === 'name') return 'podman';
    if (property === 'label') return 'gated-import=contract';
    if (property === 'ok') return () => Promise.resolve('');
    if (property === 'exec') return () => Promise.resolve({ code: 0, stdout: '', stderr: '' });
    throw new Error(`engine.${String(property)} was asked for`);
  },
});
