/**
 * The durable engine alone, in this process and without an app folder: for tests that register orchestrators and activities themselves.
 *
 * `installShim` has to be called before `durable-functions` is imported; what is registered then is what runs.
 */
import type { Clock } from '../clock.ts';
import { createInvoker } from './app/invoker.ts';
import { installShim } from './app/shim.ts';
import { openDatabase } from './durable/database.ts';
import { openDurable, type Durable } from './durable/durable.ts';
import { HostError } from './host-error.ts';
import type { Log } from './log.ts';

export interface CreateDurableOptions {
  clock: Clock;
  /** A file, or `:memory:`. */
  database: string;
  log: Log;
  /** Unlimited when absent. */
  functionTimeoutMs?: number;
}

/** Runs the functions of the app that the shim has now; later ones are seen too, until `newApp`. `stop` closes the database. */
export function createDurable({ clock, database, log, functionTimeoutMs }: CreateDurableOptions): Durable {
  const shim = installShim();
  const { app } = shim;
  const opened = openDatabase(database);
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
      opened.close();
    },
  };
}
