/**
 * Starts the whole system on this machine: storage, the emulated Azure, the host with the app, and what a deployment would provision.
 *
 * `npm start` and the demo are thin layers on this; tests use it as a library, each with a directory, ports and addresses of its own.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { appSettings } from './app-settings.ts';
import { cloudConfig, storageAccounts } from './azure.ts';
import { openTls } from './cloud/tls.ts';
import { detectEngine } from './containers/detect.ts';
import type { Engine } from './containers/engine.ts';
import { describeEndpoints, logFiles, type Endpoints } from './endpoints.ts';
import { openPeople } from './identity-provider/people.ts';
import { openInstance, type Instance } from './instance.ts';
import { layoutOf, repositoryRoot } from './layout.ts';
import { firstPeople } from './people.ts';
import { checkPortsFree } from './ports.ts';
import { startCloud, startHost } from './processes/parts.ts';
import type { Child, CrashLoop } from './processes/supervise.ts';
import { provisionAzure, provisionEvents } from './provision/provision.ts';
import { removeLocal } from './remove.ts';
import { startStorage } from './storage.ts';
import { trust } from './trust.ts';

export interface LocalOptions {
  directory: string;
  /** `fixed`: those of the documentation. `free`: any, remembered in the directory. */
  ports?: 'fixed' | 'free';
  /** The first three numbers of the addresses of container groups, such as `127.0.7`. */
  addresses?: string;
  /** Added to the settings of the app, or in their place. */
  settings?: Record<string, string>;
  /** Folder of the app; this repository. */
  app?: string;
  /** When a process that dies again and again is left dead; after the fifth time, when it is left out. */
  crashLoop?: CrashLoop;
  log?: (line: string) => void;
}

export type Process = 'host' | 'cloud' | 'storage';

export interface StopOptions {
  /**
   * What becomes of the containers of container groups. `leave`, which is the default: they run on, as after a crash, and the next start finds
   * them. `remove`: the next start brings the groups back.
   */
  containers?: 'leave' | 'remove';
}

export interface Local {
  readonly instance: Instance;
  readonly endpoints: Endpoints;
  /** The container engine that the emulated Azure uses. */
  readonly engine: Engine;
  /** Ids of the processes that run now. */
  readonly processes: Record<Process, number | undefined>;
  /** How often each was started again. */
  readonly restarts: Record<Process, number>;
  /** Settles when a process died so often that it is left dead. */
  readonly failed: Promise<Error>;
  /** Kills a process, which is then started again; answers when it is ready again. */
  kill(process: Process, signal: NodeJS.Signals): Promise<void>;
  stop(options?: StopOptions): Promise<void>;
  /** Stops it and removes its containers, networks, images and directory. */
  destroy(): Promise<void>;
}

/** What was stopped a moment ago may still hold its ports. */
const PORTS_FREE_WITHIN_MS = 3_000;

/** Throws `PortsInUse` before anything is started, `ChildFailed` when a process does not start; nothing runs on then. */
export async function startLocal(options: LocalOptions): Promise<Local> {
  const { ports = 'free', addresses, log = () => {} } = options;
  const instance = await openInstance({ directory: options.directory, ports, addresses });
  await checkPortsFree(instance.ports, { withinMs: PORTS_FREE_WITHIN_MS });

  const running: Child[] = [];
  const stop = async (): Promise<void> => {
    for (const child of running) child.expectEnd();
    for (const child of running.splice(0).toReversed()) await child.stop();
  };
  try {
    const { endpoints, children, failed, engine } = await startParts({ ...options, log, instance, running });
    const each = <T>(of: (child: Child) => T): Record<Process, T> => ({
      host: of(children.host),
      cloud: of(children.cloud),
      storage: of(children.storage),
    });
    return {
      instance,
      endpoints,
      engine,
      get processes() {
        return each(({ pid }) => pid);
      },
      get restarts() {
        return each(({ restarts }) => restarts);
      },
      failed,
      kill: (process, signal) => children[process].kill(signal),
      async stop({ containers = 'leave' } = {}) {
        await stop();
        if (containers === 'remove') await engine.removeAll();
      },
      async destroy() {
        await stop();
        await removeLocal(instance.directory, { log });
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** What it has started is in `running`, also when it throws. */
async function startParts(
  options: LocalOptions & { instance: Instance; running: Child[]; log: (line: string) => void },
): Promise<Pick<Local, 'endpoints' | 'failed'> & { engine: Engine; children: Record<Process, Child> }> {
  const { instance, running, log, settings = {}, app = repositoryRoot, crashLoop } = options;
  const layout = layoutOf(instance.directory);
  const logs = logFiles(layout.logs);
  await mkdir(layout.logs, { recursive: true });
  // Before anything else, so that a machine without one hears that and nothing else; the cloud then finds it remembered.
  const engine = await detectEngine({ directory: layout.cloud, instance: instance.name, log });
  const tls = await openTls({ folder: layout.tls });
  trust(tls.caFile);
  await writeFile(layout.cloudConfig, JSON.stringify(cloudConfig(instance), undefined, 2), { mode: 0o600 });

  const failed = Promise.withResolvers<Error>();
  const common = { log, onGivenUp: failed.resolve, ...(crashLoop && { crashLoop }) };
  const started = (child: Child): Child => {
    running.push(child);
    return child;
  };
  const { azuriteBlobs, azuriteQueues, azuriteTables } = instance.ports;
  const [storage, cloudStart] = await Promise.allSettled([
    startStorage({
      ...common,
      tls,
      directory: layout.storage,
      accounts: [storageAccounts.gated, storageAccounts.policy],
      ports: { blob: azuriteBlobs, queue: azuriteQueues, table: azuriteTables },
    }).then(started),
    startCloud({ ...common, config: layout.cloudConfig, directory: layout.cloud, logFile: logs.cloud }).then(started),
  ]);
  // Both have settled, so that what did start is stopped when the other did not.
  if (storage.status === 'rejected') throw storage.reason;
  if (cloudStart.status === 'rejected') throw cloudStart.reason;

  const { announcementsEndpoint, logins } = await provisionAzure({ instance, layout, engine, log });
  const people = openPeople(layout.people, firstPeople);
  const host = started(
    await startHost({
      ...common,
      app,
      port: instance.ports.app,
      database: layout.hostDatabase,
      people: layout.people,
      settings: { ...appSettings({ instance, layout, caFile: tls.caFile, announcementsEndpoint }), ...settings },
      logFile: logs.app,
    }),
  );
  await provisionEvents({ instance, layout });

  const endpoints = describeEndpoints({ instance, caFile: tls.caFile, announcementsEndpoint, logins, people });
  await writeFile(layout.endpoints, JSON.stringify(endpoints, undefined, 2), { mode: 0o600 });
  const children = { host, cloud: cloudStart.value, storage: storage.value };
  return { endpoints, failed: failed.promise, engine, children };
}
