/** ACR Tasks without machines: a run stays `running` until the test ends it, or an answer set beforehand does. */
import type { Host } from '../../shared/domain/reference.ts';
import type { Run, Runs } from '../../shared/ports/runs.ts';
import { failable, type Failures } from './failures.ts';

export type QuickRun = Parameters<Runs['startQuickRun']>[0];
export type FileRun = Parameters<Runs['startFileRun']>[0];
export type TaskRun = Parameters<Runs['startTask']>[0];

/** What a run has come to. `complete: false`: its log is not whole yet. */
export interface Ending {
  state: Exclude<Run['state'], 'running'>;
  log?: string;
  complete?: boolean;
  outputs?: Run['outputs'];
  message?: string;
}

export interface Started {
  runId: string;
  quick?: QuickRun;
  file?: FileRun;
  task?: TaskRun;
}

export type FakeRuns = Runs &
  Failures<Runs> & {
    addTask(host: Host, task: string, options?: { followsBaseImage?: boolean }): void;
    /** Ends a run that is under way. */
    end(runId: string, ending: Ending): void;
    /** Asked at every start; `undefined` leaves the run under way. */
    answer(how: (started: Started) => Ending | undefined): void;
    started: Started[];
  };

export function fakeRuns(options: { now?: () => number } = {}): FakeRuns {
  const now = options.now ?? (() => Date.UTC(2026, 0, 1));
  const tasks = new Map<string, { followsBaseImage: boolean }>();
  const runs = new Map<string, { host: Host; run: Run; log: string; complete: boolean }>();
  const started: Started[] = [];
  let how: (started: Started) => Ending | undefined = () => undefined;

  const find = (runId: string, host?: Host) => {
    const entry = runs.get(runId);
    return entry && (host === undefined || entry.host === host) ? entry : undefined;
  };
  const end = (runId: string, { state, log, complete = true, outputs = [], message }: Ending) => {
    const entry = find(runId);
    if (!entry) throw new Error(`no run ${runId}`);
    entry.run = { runId, state, finishedAt: now(), outputs, ...(message === undefined ? {} : { message }) };
    entry.log = log ?? entry.log;
    entry.complete = complete;
  };
  const start = (host: Host, what: Omit<Started, 'runId'>): string => {
    const runId = `ca${started.length + 1}`;
    const entry: Started = { runId, ...what };
    started.push(entry);
    runs.set(runId, { host, run: { runId, state: 'running', outputs: [] }, log: '', complete: false });
    const ending = how(entry);
    if (ending) end(runId, ending);
    return runId;
  };

  const port: Runs = {
    startQuickRun: async (quick) => ({ runId: start(quick.host, { quick }) }),
    startFileRun: async (file) => ({ runId: start(file.host, { file }) }),
    startTask: async (task) =>
      tasks.has(`${task.host}/${task.task}`)
        ? { kind: 'started', runId: start(task.host, { task }) }
        : { kind: 'missing' },
    run: async ({ host, runId }) => find(runId, host)?.run,
    async log({ host, runId }) {
      const entry = find(runId, host);
      if (!entry) throw new Error(`no run ${runId} in ${host}`);
      return { text: entry.log, complete: entry.complete };
    },
    async cancel({ host, runId }) {
      if (find(runId, host)?.run.state === 'running') end(runId, { state: 'canceled' });
    },
    task: async ({ host, task }) => tasks.get(`${host}/${task}`),
  };
  return Object.assign(failable(port), {
    started,
    end,
    answer(next: (started: Started) => Ending | undefined) {
      how = next;
    },
    addTask: (host: Host, task: string, { followsBaseImage = false }: { followsBaseImage?: boolean } = {}) =>
      void tasks.set(`${host}/${task}`, { followsBaseImage }),
  });
}
