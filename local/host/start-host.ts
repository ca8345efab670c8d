/**
 * Starts the host: settings, port, database, app, and then everything at once that waited for them.
 *
 * The order matters. A port or database in use is found before any code of the app runs, and nothing of the app runs before all of it is
 * known to be supported.
 */
import { identityProvider } from '../identity-provider/identity-provider.ts';
import type { People } from '../identity-provider/people.ts';
import { realClock, type Clock } from '../clock.ts';
import { checkApp } from './app/check-app.ts';
import { readHostJson, type HostJson } from './app/host-json.ts';
import { createInvoker, knownLevel } from './app/invoker.ts';
import { loadApp, type LoadedApp } from './app/load-app.ts';
import { applyHostname, applySettings } from './app/settings.ts';
import { installShim } from './app/shim.ts';
import { crashSwitch } from './durable/crash-switch.ts';
import { openDatabase } from './durable/database.ts';
import { openDurable, type Durable } from './durable/durable.ts';
import { makeTaskHub } from './durable/task-hub.ts';
import { adminApi } from './http/admin-api.ts';
import { durableApi } from './http/durable-api.ts';
import { eventGridWebhook } from './http/event-grid.ts';
import { openFront, type Front } from './http/front.ts';
import { httpTriggers } from './http/http-trigger.ts';
import { durableClientInput } from './http/management-links.ts';
import { HostError, messageOf } from './host-error.ts';
import { stdoutLog, type Log } from './log.ts';
import { createTimerStore } from './timers/timer-store.ts';
import { timerTriggers } from './timers/timer-triggers.ts';

export interface HostOptions {
  appFolder: string;
  /** 0 takes any free port. */
  port: number;
  /** A file, or `:memory:`. */
  database: string;
  /** Who may sign in at `/.auth/`; without it nobody is asked who they are. */
  people?: People | undefined;
  clock?: Clock;
  log?: Log;
}

export interface Host {
  /** e.g. `http://127.0.0.1:7071` */
  url: string;
  port: number;
  functionNames: string[];
  durable: Durable;
  /** Resolves when no function runs and none can before the clock moves. */
  settle(): Promise<void>;
  /**
   * Lets what runs end, for a few seconds when nothing else is said; then runs the app's `appTerminate` hooks. What was cut short is run
   * again after the next start.
   */
  stop(options?: { graceMs?: number }): Promise<void>;
}

const STOP_GRACE_MS = 5_000;

/** Throws a `HostError` with one sentence for whoever started it. */
export async function startHost(options: HostOptions): Promise<Host> {
  const { appFolder, clock = realClock, log = stdoutLog(clock) } = options;
  installShim().onLog = (level, message) => log({ level: knownLevel(level), message });
  applySettings(appFolder);
  const crash = crashSwitch(process.env['HOST_CRASH']);
  const front = await openFront(options.port, log);
  try {
    applyHostname(front.port);
    return await assemble(front, { ...options, clock, log, crash });
  } catch (error) {
    await front.close(0);
    throw error;
  }
}

type Assembly = Required<Omit<HostOptions, 'people'>> &
  Pick<HostOptions, 'people'> & { crash: ReturnType<typeof crashSwitch> };

async function assemble(
  front: Front,
  { appFolder, database: file, people, clock, log, crash }: Assembly,
): Promise<Host> {
  const database = openDatabase(file);
  try {
    const shim = installShim();
    const { app, streamTo, hostJson } = await readApp(appFolder);
    checkApp(app);
    const { functionTimeoutMs, hubName, maxConcurrentActivities, partitionCount, routePrefix } = hostJson;
    const queueServiceUri = process.env['AzureWebJobsStorage__queueServiceUri'];
    await makeTaskHub({ queueServiceUri, hubName, partitionCount });
    const url = `http://127.0.0.1:${front.port}`;
    const address = { origin: url, hubName };
    const invoker = createInvoker({
      app,
      model: () => shim.model,
      clock,
      log,
      // `checkApp` lets no other kind of input through.
      extraInput: () => ({ string: durableClientInput(address) }),
      ...(functionTimeoutMs === undefined ? {} : { timeoutMs: functionTimeoutMs }),
    });
    const http = httpTriggers({ app, invoker, routePrefix, streamTo });
    const startTimers = timerTriggers({ app, invoker, clock, store: createTimerStore(database) });
    const durable = openDurable({ app, invoker, clock, log, database, maxConcurrentActivities, crash });
    const signIn = people && identityProvider(people, clock);
    front.serve({
      http: signIn ? (request) => signIn(request, http) : http,
      eventGrid: eventGridWebhook({ app, invoker }),
      durable: durableApi({ durable, address, clock }),
      admin: adminApi({ app, invoker, durable }),
    });
    const stopTimers = startTimers();
    return {
      url,
      port: front.port,
      functionNames: app.functions.map(({ name }) => name),
      durable,
      async settle() {
        await durable.settle();
        await invoker.idle();
        await durable.settle();
      },
      async stop({ graceMs = STOP_GRACE_MS } = {}) {
        stopTimers();
        await Promise.all([front.close(graceMs), durable.stop({ graceMs }), within(graceMs, invoker.idle())]);
        database.close();
        for (const hook of app.hooks('appTerminate')) await hook({ hookData: {}, appHookData: app.hookData });
      },
    };
  } catch (error) {
    database.close();
    throw error;
  }
}

/** What is wrong with either is said of both: a `%NAME%` in host.json is one setting, and the app names all of its own. */
async function readApp(appFolder: string): Promise<LoadedApp & { hostJson: HostJson }> {
  const [hostJson, loaded] = await Promise.allSettled([(async () => readHostJson(appFolder))(), loadApp(appFolder)]);
  if (hostJson.status === 'fulfilled') {
    if (loaded.status === 'fulfilled') return { ...loaded.value, hostJson: hostJson.value };
    throw loaded.reason;
  }
  if (loaded.status === 'fulfilled') throw hostJson.reason;
  const both = [hostJson.reason, loaded.reason];
  throw new HostError('AppNotLoaded', both.map(messageOf).join('\n'), { cause: loaded.reason });
}

/** Real time, since it is a person or a supervisor who waits. */
async function within(graceMs: number, work: Promise<void>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const grace = new Promise<void>((resolve) => (timer = setTimeout(resolve, graceMs)));
  await Promise.race([work, grace]);
  clearTimeout(timer);
}
