/**
 * The durable engine as its users see it: the HTTP API, tests, and the host that starts and stops it.
 *
 * Calls only write to the store and wake the dispatcher, so they return at once and hold when the process dies right after.
 */
import type { DatabaseSync } from 'node:sqlite';
import type { FunctionApp } from '../app/function-app.ts';
import type { Invoker } from '../app/invoker.ts';
import type { Clock } from '../../clock.ts';
import type { Log } from '../log.ts';
import { runActivity } from './activity-protocol.ts';
import { NO_CRASH, type CrashSwitch } from './crash-switch.ts';
import { Dispatcher } from './dispatcher.ts';
import { runEpisode } from './episode.ts';
import { common, EventType, type HistoryEvent } from './history.ts';
import type { InstanceFilter, InstanceRow } from './instance-queries.ts';
import { DEFAULT_CONCURRENT_ACTIVITIES } from './limits.ts';
import type { RuntimeStatus } from './status.ts';
import { starter, StartRefused } from './starter.ts';
import { createStore } from './store.ts';

export interface InstanceStatus {
  instanceId: string;
  name: string;
  runtimeStatus: RuntimeStatus;
  input: unknown;
  output: unknown;
  customStatus: unknown;
  createdAtMs: number;
  updatedAtMs: number;
}

export interface Durable {
  /** Answers the instance's id, a new one when none is given. Throws `StartRefused`. */
  start(name: string, instanceId: string | undefined, input?: unknown): string;
  status(instanceId: string): InstanceStatus | undefined;
  list(filter: InstanceFilter): InstanceStatus[];
  history(instanceId: string): HistoryEvent[];
  /** Takes effect with the instance's next episode; activities under way run to their end, and their results are dropped. */
  terminate(instanceId: string, reason?: string): Delivery;
  raiseEvent(instanceId: string, name: string, data?: unknown): Delivery;
  /** Nothing is decided and nothing scheduled until `resume`; what comes in meanwhile waits. */
  suspend(instanceId: string, reason?: string): Delivery | 'wrong state';
  resume(instanceId: string, reason?: string): Delivery | 'wrong state';
  /** Starts the same orchestrator with the same input (after `continueAsNew`, the last one). Throws `StartRefused`. Answers the id. */
  restart(instanceId: string, options: { under: 'a new id' | 'the same id' }): string;
  /** Forgets an instance that has ended. Answers whether there was one. */
  purge(instanceId: string): boolean;
  /** Resolves when nothing can be done before the clock moves. Waits for activities under way, however long they take. */
  settle(): Promise<void>;
  /** Activities that do not end within the grace period are run again after the next start. Leaves the database open. */
  stop(options?: { graceMs?: number }): Promise<void>;
}

export type Delivery = 'sent' | 'ended' | 'unknown';

export interface DurableOptions {
  app: FunctionApp;
  invoker: Invoker;
  clock: Clock;
  log: Log;
  database: DatabaseSync;
  maxConcurrentActivities?: number;
  crash?: CrashSwitch;
}

const STOP_GRACE_MS = 5_000;

/** Takes up at once what an earlier process has left in the database. */
export function openDurable(options: DurableOptions): Durable {
  const { app, invoker, clock, log, database } = options;
  const { maxConcurrentActivities = DEFAULT_CONCURRENT_ACTIVITIES, crash = NO_CRASH } = options;
  const store = createStore(database);
  const now = () => clock.now();
  const dispatcher = new Dispatcher({
    store,
    clock,
    log,
    maxConcurrentActivities,
    crash,
    runEpisode: (instanceId) => runEpisode(instanceId, { store, app, invoker, clock, log }),
    runActivity: (activity) => runActivity(activity, { app, invoker, now }),
  });
  const send = (instanceId: string, event: HistoryEvent): Delivery => {
    const delivery = store.sendToLive(instanceId, event);
    dispatcher.wake();
    return delivery;
  };
  const start = starter({ app, store, clock, log });
  const statusOf = (instanceId: string) => store.instance(instanceId)?.status;
  dispatcher.wake();

  return {
    start(name, instanceId, input) {
      const id = start({ name, instanceId, input });
      dispatcher.wake();
      return id;
    },

    restart(instanceId, { under }) {
      const old = store.instance(instanceId);
      if (!old) throw new StartRefused('UnknownInstance', `there is no instance "${instanceId}"`);
      const id = start({
        name: old.name,
        instanceId: under === 'the same id' ? instanceId : undefined,
        input: parse(old.input),
      });
      dispatcher.wake();
      return id;
    },

    status(instanceId) {
      const row = store.instance(instanceId);
      return row && toStatus(row);
    },

    list: (filter) => store.list(filter).map(toStatus),
    history: (instanceId) => store.history(instanceId),

    terminate: (instanceId, reason = '') =>
      send(instanceId, { ...common(now()), EventType: EventType.ExecutionTerminated, Input: reason }),

    suspend: (instanceId, reason = '') =>
      statusOf(instanceId) === 'Suspended'
        ? 'wrong state'
        : send(instanceId, { ...common(now()), EventType: EventType.ExecutionSuspended, Reason: reason }),

    resume(instanceId, reason = '') {
      const status = statusOf(instanceId);
      if (status === 'Pending' || status === 'Running') return 'wrong state';
      return send(instanceId, { ...common(now()), EventType: EventType.ExecutionResumed, Reason: reason });
    },

    raiseEvent: (instanceId, name, data) =>
      send(instanceId, {
        ...common(now()),
        EventType: EventType.EventRaised,
        Name: name,
        Input: data === undefined ? null : JSON.stringify(data),
      }),

    purge: (instanceId) => store.purge(instanceId),
    settle: () => dispatcher.settle(),

    stop: ({ graceMs = STOP_GRACE_MS } = {}) => dispatcher.stop(graceMs),
  };
}

const toStatus = (row: InstanceRow): InstanceStatus => ({
  instanceId: row.id,
  name: row.name,
  runtimeStatus: row.status,
  input: parse(row.input),
  output: parse(row.output),
  customStatus: parse(row.customStatus),
  createdAtMs: row.createdAtMs,
  updatedAtMs: row.updatedAtMs,
});

const parse = (json: string | null): unknown => (json === null ? null : JSON.parse(json));
