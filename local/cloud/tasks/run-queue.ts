/**
 * Executes queued runs, two at a time, in the order they were asked for.
 *
 * The queue is in the store: after a crash what was waiting goes on waiting, and what was being executed ends as `Error`, since nobody knows
 * how far it came.
 */
import type { RegistryService, RegistryTags, VaultService, World } from '../world.ts';
import { logPath, type BlobStore } from './blob-store.ts';
import { executeRun, type ExecuteOptions } from './execute-run.ts';
import { RunCanceled, RunFailed, RunTimedOut } from './failures.ts';
import { RUNS_AT_ONCE } from './limits.ts';
import { removeRunPlace } from './prepare-run.ts';
import {
  isEnded,
  taskKey,
  type ImageDependency,
  type Records,
  type RunRecord,
  type RunStatus,
  type TaskRecord,
} from './records.ts';
import { openRunLog, type RunLog, type Verdict } from './run-log.ts';
import { writeDependencyRecord } from './dependency-record.ts';

export interface RunQueue {
  /** Takes up what is queued. */
  wake(): void;
  /** `false`: it had ended already. */
  cancel(key: string): boolean;
  start(): void;
  stop(): Promise<void>;
}

export interface QueueOptions {
  world: World;
  /** A run of the task has succeeded, and this is what it has built on. */
  onBuilt: (task: TaskRecord, dependencies: ImageDependency[]) => void;
  records: Records;
  blobs: BlobStore;
  registries: RegistryService;
  tags: RegistryTags;
  vault: VaultService;
}

class CloudStopped extends Error {
  readonly code = 'CloudStopped';
}

const VERDICTS: Partial<Record<RunStatus, Verdict>> = {
  Succeeded: 'successful',
  Failed: 'failed',
  Timeout: 'timedout',
  Canceled: 'canceled',
};

export function createRunQueue(options: QueueOptions): RunQueue {
  const { world, records, blobs } = options;
  const executing = new Map<string, { stop: AbortController; ended: Promise<void> }>();
  let recovered: Promise<void> | undefined;
  let accepting = false;

  const now = () => new Date(world.clock.now()).toISOString();
  const change = (key: string, values: Partial<RunRecord>): RunRecord => {
    const run = records.runs.get(key);
    if (!run) throw new Error(`the run ${key} is not in the store`);
    const changed = { ...run, ...values, updatedAt: now() };
    records.runs.put(key, changed);
    return changed;
  };
  const logOf = (run: RunRecord) => openRunLog(blobs.openAppend(logPath(run.registry, run.runId)), world.clock);

  /** The last write of a run: its secrets leave the store. The log is complete after it, so whoever reads "complete" finds the status. */
  const end = (key: string, log: RunLog, ending: { status: RunStatus; message?: string } & Partial<RunRecord>) => {
    const { message, status, ...rest } = ending;
    const { spec: _spec, ...run } = change(key, { ...rest, status, finishedAt: now() });
    records.runs.put(key, { ...run, ...(message === undefined ? {} : { errorMessage: message }) });
    const seconds = Math.round((world.clock.now() - Date.parse(run.startedAt ?? run.createdAt)) / 1000);
    log.line('');
    log.line(
      status === 'Succeeded'
        ? `Run ID: ${run.runId} was successful after ${seconds}s`
        : `Run ID: ${run.runId} failed after ${seconds}s. Error: ${message ?? status}`,
    );
    log.complete(VERDICTS[status] ?? 'internalerror');
    world.log('tasks', `run ${run.runId} of ${run.registry}: ${status}${message === undefined ? '' : `: ${message}`}`);
  };

  const wake = () => {
    while (accepting && executing.size < RUNS_AT_ONCE) {
      const next = records.queue.entries()[0];
      if (!next) return;
      records.queue.delete(next.key);
      const run = records.runs.get(next.value);
      if (run?.status === 'Queued') launch(next.value, run);
    }
  };

  const launch = (key: string, run: RunRecord) => {
    const stop = new AbortController();
    const ended = execute(key, run, stop)
      .catch((error: unknown) => world.log('tasks', `run ${key}: ${String(error)}`))
      .finally(() => {
        executing.delete(key);
        wake();
      });
    executing.set(key, { stop, ended });
  };

  const execute = async (key: string, { spec }: RunRecord, stop: AbortController) => {
    const run = change(key, { status: 'Started', startedAt: now() });
    const log = logOf(run);
    const cancelTimer = world.clock.after((spec?.timeoutSeconds ?? 0) * 1000, () =>
      stop.abort(new RunTimedOut(`the run took longer than its timeout of ${spec?.timeoutSeconds} s`)),
    );
    try {
      const registry = world.config.registries.find(({ name }) => name.toLowerCase() === run.registry.toLowerCase());
      if (!registry || !spec) throw new Error(`the registry or the specification of run ${run.runId} is gone`);
      const onRunning = () => void change(key, { status: 'Running' });
      const { registries, tags, vault } = options;
      const job: ExecuteOptions = {
        world,
        registry,
        registries,
        tags,
        vault,
        blobs,
        run,
        spec,
        log,
        onRunning,
        signal: stop.signal,
      };
      const { outputImages, dependencies } = await executeRun(job);
      writeDependencyRecord(log, dependencies);
      end(key, log, { status: 'Succeeded', outputImages });
      const task = run.task === undefined ? undefined : records.tasks.get(taskKey(run.registry, run.task));
      if (task && dependencies.length > 0) options.onBuilt(task, dependencies);
    } catch (error) {
      end(key, log, endingOf(error));
    } finally {
      cancelTimer();
    }
  };

  const recover = async () => {
    for (const { key, value: run } of records.runs.entries()) {
      if (isEnded(run.status) || run.status === 'Queued') continue;
      const log = logOf(run);
      await removeRunPlace(world, run);
      end(key, log, { status: 'Error', message: 'the local cloud ended while this run was executed' });
    }
  };

  return {
    wake,
    cancel(key) {
      const run = records.runs.get(key);
      if (!run || isEnded(run.status)) return false;
      const running = executing.get(key);
      if (running) running.stop.abort(new RunCanceled('the run was canceled'));
      else end(key, logOf(run), { status: 'Canceled', message: 'the run was canceled before it started' });
      return true;
    },
    start() {
      recovered = recover()
        .catch((error: unknown) => world.log('tasks', `recovering after a crash: ${String(error)}`))
        .then(() => {
          accepting = true;
          wake();
        });
    },
    async stop() {
      await recovered;
      accepting = false;
      const all = [...executing.values()];
      for (const { stop } of all)
        stop.abort(new CloudStopped('the local cloud was stopped while this run was executed'));
      await Promise.all(all.map(({ ended }) => ended));
    },
  };
}

function endingOf(error: unknown): { status: RunStatus; message: string } {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof RunCanceled) return { status: 'Canceled', message };
  if (error instanceof RunTimedOut) return { status: 'Timeout', message };
  return { status: error instanceof RunFailed ? 'Failed' : 'Error', message };
}
