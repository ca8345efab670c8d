/** What the engine has of the containers of groups: which run, how one ended, its log; and their removal. */
import type { Engine } from '../../containers/engine.ts';
import { limits } from './limits.ts';

const GROUP_LABEL = 'gated-import.group';
const SANDBOX_LABEL = 'gated-import.sandbox';

/** Every container of a group has these labels, so that it is found again after a crash of the cloud, whatever the store says. */
export const labels = {
  /** All of one cloud, pause containers too. */
  cloud: (instance: string) => `gated-import.instances=${instance}`,
  /** The pause container and the volumes of a group. */
  sandbox: (key: string) => `${SANDBOX_LABEL}=${key}`,
  /** Its other containers; an engine removes a container only after those that share its network. */
  group: (key: string) => `${GROUP_LABEL}=${key}`,
  container: (key: string, name: string) => `gated-import.container=${key}/${name}`,
};

export interface Inspected {
  id: string;
  running: boolean;
  exitCode: number;
  outOfMemory: boolean;
  /** Epoch milliseconds. */
  startedAt: number;
  finishedAt: number;
  labels: Record<string, string>;
  addresses: string[];
}

export interface Containers {
  /** Ids of the running ones among those with the label. */
  running(label: string): Promise<Set<string>>;
  inspect(nameOrId: string): Promise<Inspected | undefined>;
  /** Keys of the groups that any container of this cloud belongs to. */
  groupKeys(instance: string): Promise<Set<string>>;
  remove(label: string): Promise<void>;
  removeVolumes(label: string): Promise<void>;
  log(id: string, options: { tail?: number; timestamps: boolean }): Promise<string>;
}

export function newContainers(engine: Engine): Containers {
  const options = { timeoutMs: limits.engineTimeoutMs };
  const lines = async (command: string[]) => (await engine.ok(command, options)).split('\n').filter(Boolean);

  return {
    async running(label) {
      return new Set(await lines(['ps', '-q', '--no-trunc', '--filter', `label=${label}`]));
    },
    async inspect(nameOrId) {
      const { code, stdout } = await engine.exec(['inspect', '--type', 'container', nameOrId], options);
      return code === 0 ? inspected(stdout)[0] : undefined;
    },
    async groupKeys(instance) {
      const ids = await lines(['ps', '-aq', '--no-trunc', '--filter', `label=${labels.cloud(instance)}`]);
      if (ids.length === 0) return new Set();
      const found = inspected(await engine.ok(['inspect', '--type', 'container', ...ids], options));
      return new Set(found.flatMap((one) => one.labels[SANDBOX_LABEL] ?? one.labels[GROUP_LABEL] ?? []));
    },
    async remove(label) {
      const ids = await lines(['ps', '-aq', '--no-trunc', '--filter', `label=${label}`]);
      if (ids.length === 0) return;
      const grace = String(limits.terminationGraceSeconds);
      await engine.exec(['stop', '-t', grace, ...ids], { timeoutMs: limits.engineTimeoutMs });
      await engine.ok(['rm', '-f', ...ids], options);
    },
    async removeVolumes(label) {
      const names = await lines(['volume', 'ls', '-q', '--filter', `label=${label}`]);
      if (names.length > 0) await engine.ok(['volume', 'rm', '-f', ...names], options);
    },
    async log(id, { tail, timestamps }) {
      const chunks: Buffer[] = [];
      const { code } = await engine.exec(
        ['logs', ...(tail === undefined ? [] : ['--tail', String(tail)]), ...(timestamps ? ['--timestamps'] : []), id],
        { ...options, onOutput: (chunk) => chunks.push(chunk) },
      );
      // Its container may be gone: what the engine says then is no line of the log.
      return code === 0 ? Buffer.concat(chunks).subarray(-limits.logBytes).toString() : '';
    },
  };
}

interface EngineContainer {
  Id: string;
  State: { Running: boolean; ExitCode: number; OOMKilled: boolean; StartedAt: string; FinishedAt: string };
  Config: { Labels?: Record<string, string> | null };
  NetworkSettings?: { Networks?: Record<string, { IPAddress?: string }> | null };
}

const inspected = (json: string): Inspected[] =>
  (JSON.parse(json) as EngineContainer[]).map(({ Id: id, State: state, Config: config, NetworkSettings: network }) => ({
    id,
    running: state.Running,
    exitCode: state.ExitCode,
    outOfMemory: state.OOMKilled,
    startedAt: Date.parse(state.StartedAt),
    finishedAt: Date.parse(state.FinishedAt),
    labels: config.Labels ?? {},
    addresses: Object.values(network?.Networks ?? {}).flatMap(({ IPAddress }) => IPAddress || []),
  }));
