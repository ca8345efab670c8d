/** Runs of ACR Tasks: checks and builds. `host` is the login server of the registry that runs it. */
import type { Digest, Host, Repository, Tag } from '../domain/reference.ts';

export type RunState = 'running' | 'succeeded' | 'failed' | 'canceled' | 'error' | 'timeout';

export interface Run {
  runId: string;
  state: RunState;
  /** Epoch milliseconds. */
  finishedAt?: number;
  outputs: { repository: Repository; tag?: Tag; digest: Digest }[];
  message?: string;
}

export interface Runs {
  /** Uploads the files and schedules a run of `taskFile` (a path among them). Not idempotent: each call is a new run. */
  startQuickRun(request: {
    host: Host;
    files: { path: string; content: Uint8Array; executable?: boolean }[];
    taskFile: string;
    values: { name: string; value: string; secret: boolean }[];
    timeoutSeconds: number;
  }): Promise<{ runId: string }>;
  /**
   * Schedules a run of a task file that is in a git repository: `source` is `<url>[#<ref>[:<folder>]]`, `file` a path in it. Not idempotent
   * either.
   */
  startFileRun(request: {
    host: Host;
    source: string;
    file: string;
    values: { name: string; value: string; secret: boolean }[];
    timeoutSeconds: number;
  }): Promise<{ runId: string }>;
  /** Runs an existing task with arguments (a Docker step) or values (a file step). `missing`: there is no such task. */
  startTask(request: {
    host: Host;
    task: string;
    pass: Record<string, string>;
  }): Promise<{ kind: 'started'; runId: string } | { kind: 'missing' }>;
  run(request: { host: Host; runId: string }): Promise<Run | undefined>;
  /** `complete` is false while more may come. */
  log(request: { host: Host; runId: string }): Promise<{ text: string; complete: boolean }>;
  cancel(request: { host: Host; runId: string }): Promise<void>;
  task(request: { host: Host; task: string }): Promise<{ followsBaseImage: boolean } | undefined>;
}
