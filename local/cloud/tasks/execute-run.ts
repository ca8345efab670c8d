/** Executes one run from beginning to end, and says what came of it. Everything it made is gone when it answers, but for log and images. */
import {
  loginServer as loginServerOf,
  type ImageDependency,
  type OutputImage,
  type Registry,
  type RunRecord,
  type RunSpec,
} from './records.ts';
import type { RegistryService, RegistryTags, VaultService, World } from '../world.ts';
import type { BlobStore } from './blob-store.ts';
import { containerOf } from './blob-store.ts';
import { loginsOf, writeLogins } from './credentials.ts';
import { executeSteps } from './execute-steps.ts';
import { planRun } from './plan-run.ts';
import { prepareNetworks } from './prepare-networks.ts';
import { prepareRun, removeRunPlace } from './prepare-run.ts';
import { prepareVolumes } from './prepare-volumes.ts';
import type { RunContext } from './run-context.ts';
import type { RunLog } from './run-log.ts';
import type { TaskStep } from './schemas.ts';
import { parseSourceLocation } from './source-location.ts';
import { fillWorkspace } from './workspace.ts';

export interface ExecuteOptions {
  world: World;
  registry: Registry;
  registries: RegistryService;
  tags: RegistryTags;
  vault: VaultService;
  blobs: BlobStore;
  run: RunRecord;
  spec: RunSpec;
  log: RunLog;
  signal: AbortSignal;
  /** The steps begin. */
  onRunning: () => void;
}

export interface Outcome {
  outputImages: OutputImage[];
  dependencies: ImageDependency[];
}

/** Throws `RunFailed`, or the reason of the signal, or trouble of this machine. */
export async function executeRun(options: ExecuteOptions): Promise<Outcome> {
  const { world, run } = options;
  try {
    return await execute(options);
  } finally {
    await removeRunPlace(world, run).catch((error: unknown) =>
      world.log('tasks', `run ${run.runId} of ${run.registry}: cleaning up failed: ${String(error)}`),
    );
  }
}

async function execute(options: ExecuteOptions): Promise<Outcome> {
  const { world, registry, registries, tags, vault, blobs, run, spec, log, signal, onRunning } = options;
  const place = await prepareRun(world, run);
  const context: RunContext = {
    ...place,
    ...{ world, run, log, signal, tags, engine: world.engine, loginServer: loginServerOf(registry) },
    ...{ built: new Set<string>(), outputImages: [], dependencies: [] },
  };
  log.hide(secretsOf(spec.step));
  log.say(`Using ${place.volume} as the home volume`);
  const logins = loginsOf(spec, context.loginServer, { registries, vault, principals: world.config.principals });
  log.hide(logins.map(({ password }) => password));
  for (const login of logins) log.say(`Setting up the login to registry: ${login.registry}`);
  await writeLogins(place.folders.login, logins);

  const checkout = await fillWorkspace({
    workspace: place.workspace,
    source: parseSourceLocation(spec.step.contextPath),
    home: place.folders.git,
    uploaded: (relativePath) => {
      const path = `${containerOf(registry.name)}/${relativePath}`;
      return blobs.find(path) && blobs.file(path);
    },
    signal,
    ...(spec.step.contextAccessToken ? { accessToken: spec.step.contextAccessToken } : {}),
    ...(spec.commit ? { commit: spec.commit } : {}),
  });
  if (checkout.commit !== '') log.say(`The source is at commit ${checkout.commit}`);
  signal.throwIfAborted();
  const plan = await planRun(context, { spec, checkout, registry, vault });
  log.hide(plan.secrets);
  onRunning();
  await prepareNetworks(context, plan);
  await prepareVolumes(context, plan.volumes);
  await executeSteps(context, plan.steps);
  return { outputImages: context.outputImages, dependencies: context.dependencies };
}

function secretsOf(step: TaskStep): string[] {
  const settings = step.type === 'Docker' ? step.arguments : step.values;
  return [...settings.filter(({ isSecret }) => isSecret).map(({ value }) => value), step.contextAccessToken ?? ''];
}
