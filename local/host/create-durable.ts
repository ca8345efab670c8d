/**
 * The durable engine alone, in this process and without an app folder: for tests that register orchestrators and activities themselves.
 *
 * `installShim` has to be called before `durable-functions` is imported; what is registered then is what runs.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { Clock } from '../clock.ts';
import { createInvoker } from './app/invoker.ts';
import { installShim } from './app/shim.ts';
import { openDatabase } from './durable/database.ts';
import { openDurable, type Durable } from './durable/durable.ts';
import { HostError } from './host-error.ts';
import type { Log } from './log.ts';

export interface CreateDurableOptions {
  clock: Clock;
  /** A file, `:memory:`, or what is open already and stays so: what is in memory then outlives this one. */
  database: string | DatabaseSync;
  log: Log;
  /** Unlimited when absent. */
  functionTimeoutMs?: number;
}

/** Runs the functions of the app that the shim has now; later ones are seen too, until `newApp`. `stop` closes the database that it opened. */
export function createDurable({ clock, database, log, functionTimeoutMs }: CreateDurableOptions): Durable {
  const shim = installShim();
  const { app } = shim;
  const opened = typeof database === 'string' ? openDatabase(database) : database;
  const invoker = createInvoker({
    app,
    model: () => shim.model,
    clock,
    log,
    extraInput: ({ type }) => {
      throw new HostError('NotSupported', `there is no HTTP API here that a binding of type ${type} could use`);
    },
    ...(functionTimeoutMs === undefined ? {} : { timeoutMs: functionTimeoutMs }),
  });
  const durable = openDurable({ app, invoker, clock, log, database: opened });
  return {
    ...durable,
    async stop(options) {
      await durable.stop(options);
      if (typeof database === 'string') opened.close();
    },
  };
}
