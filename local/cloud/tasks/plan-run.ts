/** From what a run is asked to do to its plan: a Docker build, or a task file of the source or of the request with its values and secrets. */
import { parse } from 'yaml';
import { z } from 'zod';
import type { VaultService } from '../world.ts';
import { RunFailed } from './failures.ts';
import { planDockerBuild } from './plan-docker-build.ts';
import type { Registry, RunSpec } from './records.ts';
import type { RunContext } from './run-context.ts';
import { objectIdOf } from './run-identities.ts';
import type { Setting } from './schemas.ts';
import type { Plan } from './step.ts';
import { readTaskFile } from './task-file.ts';
import type { SecretDefinition } from './task-file-schema.ts';
import { templateContext } from './template-context.ts';
import type { Fields } from './template/value.ts';
import { readInside, type Checkout } from './workspace.ts';

export interface PlanOptions {
  spec: RunSpec;
  checkout: Checkout;
  registry: Registry;
  vault: VaultService;
}

export async function planRun(run: RunContext, options: PlanOptions): Promise<Plan> {
  const { workspace, loginServer, world, engine } = run;
  const { spec, checkout, registry } = options;
  const { step } = spec;
  const { folder } = checkout;
  const context = (values: Fields) => templateContext(run, { values, checkout, registry });
  if (step.type === 'Docker') return planDockerBuild(step, { context: context({}), folder, loginServer });

  const readFile = (path: string) => readInside(workspace, `${folder}/${path}`);
  const isFile = step.type === 'FileTask';
  const source = isFile ? await readFile(step.taskFilePath) : decode(step.encodedTaskContent);
  const valuesPath = isFile ? step.valuesFilePath : undefined;
  const encoded = isFile ? undefined : step.encodedValuesContent;
  const valuesFile = valuesPath ? await readFile(valuesPath) : encoded ? decode(encoded) : '';
  return readTaskFile(source, {
    context: context(valuesOf(valuesFile, step.values)),
    folder,
    runnerImage: world.config.runnerImage,
    readFile,
    hasImage: async (image) => (await engine.exec(['image', 'inspect', image])).code === 0,
    secretValue: (secret) => secretValue(secret, { ...options, principals: world.config.principals }),
  });
}

const decode = (base64: string): string => Buffer.from(base64, 'base64').toString('utf8');

const valuesFileSchema = z.record(z.string(), z.json()).nullable();

/** The values of the request win over those of a file. */
function valuesOf(file: string, given: Setting[]): Fields {
  const read = valuesFileSchema.safeParse(parse(file));
  if (!read.success) throw new RunFailed(`the values file cannot be used: ${z.prettifyError(read.error)}`);
  return { ...read.data, ...Object.fromEntries(given.map(({ name, value }) => [name, value])) };
}

/** Read with the identity that the file names, or with the task's own. */
function secretValue(
  { id, keyvault, clientID }: SecretDefinition,
  options: Pick<PlanOptions, 'spec' | 'vault'> & { principals: RunContext['world']['config']['principals'] },
): string {
  const reader = objectIdOf(clientID ?? '[system]', options.spec.identities, options);
  const value = options.vault.secret(keyvault, reader);
  if (value !== undefined) return value;
  throw new RunFailed(`failed to read the secret ${id}: there is no ${keyvault}, or the identity may not read it`);
}
