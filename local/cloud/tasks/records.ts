/** What ACR Tasks keeps in the store: tasks, runs, and the queue. Keys are in lower case, as Azure compares names. */
import { randomUUID } from 'node:crypto';
import type { Collection, Store } from '../store.ts';
import type { SystemData } from '../system-data.ts';
import type { CloudConfig } from '../world.ts';
import type { AgentPool, Credentials, Platform, RunRequest, TaskResource, TaskStep } from './schemas.ts';

export type Registry = CloudConfig['registries'][number];

export const loginServer = (registry: Registry): string => `localhost:${registry.port}`;

export interface TaskRecord {
  registry: string;
  name: string;
  createdAt: string;
  /** Of its system-assigned identity, if it has one. */
  principalId: string;
  /** As it was sent, with its secrets. */
  resource: TaskResource;
  baseImageDependencies?: ImageDependency[];
  systemData?: SystemData;
}

export interface ImageDependency {
  /** `Runtime`: the last FROM of a Dockerfile. */
  type: 'BuildTime' | 'Runtime';
  registry: string;
  repository: string;
  tag?: string;
  digest?: string;
}

export interface OutputImage {
  registry: string;
  repository: string;
  tag: string;
  digest: string;
}

export type RunStatus = 'Queued' | 'Started' | 'Running' | 'Succeeded' | 'Failed' | 'Canceled' | 'Error' | 'Timeout';
export const isEnded = (status: RunStatus): boolean => !['Queued', 'Started', 'Running'].includes(status);

/** Whom a run may act as. */
export interface RunIdentities {
  /** Object id of the task's system-assigned identity. */
  system?: string;
  /** Resource ids. */
  userAssigned: string[];
  /** Object id of who asked for a quick run; a task has no caller. */
  caller?: string;
}

/** All that is needed to execute a run, also after a crash. */
export interface RunSpec {
  step: TaskStep;
  credentials?: Credentials | null;
  timeoutSeconds: number;
  identities: RunIdentities;
  /** Set by a source trigger: what to check out, whatever the branch is at by then. */
  commit?: { id: string; branch: string };
}

export interface RunRecord {
  registry: string;
  runId: string;
  sequence: number;
  status: RunStatus;
  runType: 'QuickBuild' | 'QuickRun' | 'AutoBuild' | 'AutoRun';
  task?: string;
  platform?: Platform;
  agentConfiguration: { cpu: number };
  isArchiveEnabled: boolean;
  agentPoolName?: string;
  updateTriggerToken?: string;
  sourceTrigger?: SourceTriggered;
  imageUpdateTrigger?: ImageUpdateTriggered;
  timerTrigger?: TimerTriggered;
  createdAt: string;
  updatedAt: string;
  startedAt?: string;
  finishedAt?: string;
  outputImages?: OutputImage[];
  errorMessage?: string;
  /** Of a run that somebody asked for. */
  systemData?: SystemData;
  /** Dropped when the run ends: it may hold secrets. */
  spec?: RunSpec;
}

/** What is stored of a run when it is asked for; the rest is given out. */
export type NewRun = Omit<RunRecord, 'runId' | 'sequence' | 'status' | 'createdAt' | 'updatedAt'>;

/** What started a run that nobody asked for. */
export type Triggered =
  { sourceTrigger: SourceTriggered } | { imageUpdateTrigger: ImageUpdateTriggered } | { timerTrigger: TimerTriggered };

export interface ImageUpdateTriggered {
  id: string;
  timestamp: string;
  images: OutputImage[];
}

export interface TimerTriggered {
  timerTriggerName: string;
  scheduleOccurrence: string;
}

export interface SourceTriggered {
  id: string;
  eventType: string;
  commitId: string;
  repositoryUrl: string;
  branchName: string;
  providerType: string;
}

export interface Records {
  tasks: Collection<TaskRecord>;
  runs: Collection<RunRecord>;
  /** In the order the runs were asked for; the value is a key of `runs`. */
  queue: Collection<string>;
  /** The commit a source trigger saw last. */
  heads: Collection<{ url: string; branch: string; commit: string }>;
  /** The digest a base-image trigger saw last, of each image that a task depends on. */
  baseDigests: Collection<string>;
  /** The occurrence a timer trigger has run for last, or since when it counts; epoch milliseconds. */
  occurrences: Collection<{ schedule: string; lastMs: number }>;
  taskRuns: Collection<TaskRunRecord>;
  agentPools: Collection<AgentPoolRecord>;
  /** Stores a new run as queued. Call it in a transaction with what must happen together with it. */
  addRun(run: NewRun, at: string): RunRecord & { key: string };
}

/** `taskRuns/{name}`: a run as a resource. */
export interface TaskRunRecord {
  name: string;
  location?: string;
  forceUpdateTag?: string;
  /** As it was sent, with its secrets. */
  request: RunRequest;
  /** Key of the run it started. */
  run: string;
  systemData?: SystemData;
}

export interface AgentPoolRecord {
  name: string;
  resource: AgentPool;
  systemData: SystemData;
}

export const taskKey = (registry: string, name: string): string => `${registry}/${name}`.toLowerCase();
/** Padded, so that the order of the keys is the order of the runs. */
export const runKey = (registry: string, sequence: number): string =>
  `${registry.toLowerCase()}/${String(sequence).padStart(10, '0')}`;
/** `undefined`: no run of ours is called that. */
export function runKeyOfId(registry: string, runId: string): string | undefined {
  const number = /^ca([1-9][0-9]{0,9})$/.exec(runId.toLowerCase())?.[1];
  return number === undefined ? undefined : runKey(registry, Number(number));
}

export function openRecords(store: Store): Records {
  const counters = store.collection<number>('acr-task-counters');
  const runs = store.collection<RunRecord>('acr-runs');
  const queue = store.collection<string>('acr-run-queue');
  const next = (counter: string): number => {
    const value = (counters.get(counter) ?? 0) + 1;
    counters.put(counter, value);
    return value;
  };
  return {
    tasks: store.collection('acr-tasks'),
    runs,
    queue,
    heads: store.collection('acr-source-heads'),
    baseDigests: store.collection('acr-base-digests'),
    occurrences: store.collection('acr-timer-occurrences'),
    taskRuns: store.collection('acr-task-runs'),
    agentPools: store.collection('acr-agent-pools'),
    addRun: (run, at) =>
      store.transaction(() => {
        const sequence = next(run.registry.toLowerCase());
        const record: RunRecord = {
          ...run,
          runId: `ca${sequence}`,
          sequence,
          status: 'Queued',
          createdAt: at,
          updatedAt: at,
        };
        const key = runKey(run.registry, sequence);
        runs.put(key, record);
        queue.put(String(next('queue')).padStart(12, '0'), key);
        return { ...record, key };
      }),
  };
}

export const newId = (): string => randomUUID();
