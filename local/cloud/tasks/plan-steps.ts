/** From the checked text of a task file to the plan of a run: defaults filled in, names resolved, order checked. */
import { NotSupportedLocally, RunFailed } from './failures.ts';
import { withTag } from './image-name.ts';
import { DEFAULT_NETWORK } from './limits.ts';
import { shellWords } from './shell-words.ts';
import { stepOrder } from './step-order.ts';
import type { CommandWork, Plan, SecretVolume, Step } from './step.ts';
import type { WrittenFile, WrittenStep } from './task-file-schema.ts';

export interface PlanOptions {
  /** Of the source, below the workspace: where steps work that say nothing else. */
  folder: string;
  runnerImage: string;
  /** The command with an alias at its beginning replaced. */
  expandImage: (command: string) => string;
  /** Images that are used as this machine has them. */
  isKept: (image: string) => boolean;
}

export function planSteps(file: WrittenFile, options: PlanOptions): Omit<Plan, 'secrets'> {
  const written = file.steps.map((step, index) => ({ ...step, id: step.id ?? `acb_step_${index}` }));
  const order = stepOrder(written);
  const names = file.networks.map(({ name }) => name);
  const networks = names.length === 0 ? [DEFAULT_NETWORK] : [...new Set(names)];
  const defaultNetwork = names.length === 0 ? DEFAULT_NETWORK : file.networks.findLast((each) => each.isDefault)?.name;

  const steps = written.map((step, index): Step => {
    const network = step.network ?? defaultNetwork ?? '';
    checkNames(step, { network, networks, volumes: file.volumes.map(({ name }) => name) });
    return {
      id: step.id,
      after: order[index] ?? [],
      startDelaySeconds: step.startDelay,
      timeoutSeconds: step.timeout ?? file.stepTimeout,
      workingDirectory: step.workingDirectory ?? file.workingDirectory ?? options.folder,
      environment: mergeEnvironment(step.env, file.env),
      network,
      retry: { times: step.retries, delaySeconds: step.retryDelay, onErrors: step.retryOnErrors },
      repeats: step.repeat,
      ignoreErrors: step.ignoreErrors,
      work: workOf(step, options),
    };
  });
  return { steps, networks, volumes: file.volumes.map(secretVolume) };
}

function checkNames(
  { id, volumeMounts }: WrittenStep,
  known: { network: string; networks: string[]; volumes: string[] },
): void {
  const { network, networks, volumes } = known;
  if (network !== '' && !networks.includes(network)) {
    throw new NotSupportedLocally(`the network "${network}" of step ${id}, which is none of the file's networks,`);
  }
  const unknown = volumeMounts.find(({ name }) => !volumes.includes(name));
  if (unknown) throw new RunFailed(`step ${id}: mount name, ${unknown.name}, does not correspond to a volume`);
}

function workOf(step: WrittenStep, options: PlanOptions): Step['work'] {
  const { id, cmd, build, push } = step;
  if ([cmd, build, push].filter((part) => part !== undefined).length !== 1) {
    throw new RunFailed(`step ${id}: exactly one of cmd, build and push`);
  }
  if (cmd !== undefined) return commandWork(step, options.expandImage(cmd.trim()), options);
  refuse(step, { settings: [...OF_A_CONTAINER, 'entryPoint'], reason: 'which is no cmd step' });
  if (build !== undefined) return { kind: 'build', command: build.trim() };
  return { kind: 'push', images: [...new Set((push ?? []).map(withTag))] };
}

function commandWork(step: WrittenStep, command: string, { runnerImage, isKept }: PlanOptions): CommandWork {
  const image = shellWords(command)[0] ?? '';
  if (image === runnerImage) {
    refuse(step, { settings: OF_A_CONTAINER, reason: 'which is of the runner image and so runs on this machine' });
  }
  return {
    kind: 'cmd',
    command,
    keepWorkingDirectory: step.disableWorkingDirectoryOverride,
    pull: isKept(image) ? 'never' : step.pull ? 'always' : 'fresh',
    detach: step.detach,
    keep: step.keep,
    ports: step.ports,
    expose: step.expose,
    mounts: step.volumeMounts.map(({ name, mountPath }) => ({ volume: name, path: mountPath })),
    ...(step.entryPoint ? { entryPoint: step.entryPoint } : {}),
    ...(step.user === undefined ? {} : { user: step.user }),
  };
}

type Setting = 'detach' | 'user' | 'network' | 'ports' | 'expose' | 'volumeMounts' | 'entryPoint';
const OF_A_CONTAINER: Setting[] = ['detach', 'user', 'network', 'ports', 'expose', 'volumeMounts'];

function refuse(step: WrittenStep, options: { settings: Setting[]; reason: string }): void {
  const isSet = (value: WrittenStep[Setting]) => (Array.isArray(value) ? value.length > 0 : Boolean(value));
  const found = options.settings.filter((name) => isSet(step[name]));
  if (found.length > 0) throw new NotSupportedLocally(`${found.join(', ')} of step ${step.id}, ${options.reason},`);
}

/** The step's own win. Entries of the file are also split at commas, as ACR Tasks' engine does it. */
function mergeEnvironment(own: string[], file: string[]): string[] {
  const names = new Set(own.map((entry) => entry.split('=', 1)[0]));
  return [...own, ...file.flatMap((entry) => entry.split(',')).filter((entry) => !names.has(entry.split('=', 1)[0]))];
}

function secretVolume({ name, secret }: WrittenFile['volumes'][number]): SecretVolume {
  const files = Object.entries(secret).map(([file, value]) => {
    if (value.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(value)) return [file, Buffer.from(value, 'base64')];
    throw new RunFailed(`volume ${name}: the value of ${file} is not encoded as base64`);
  });
  return { name, files: Object.fromEntries(files) as Record<string, Buffer> };
}
