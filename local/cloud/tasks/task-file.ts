/**
 * Reads an `acr-task.yaml`: comments, version, aliases, template, YAML, checks, in the order of ACR Tasks' own engine. A file with secrets is
 * rendered twice: once to find them, and once with their values.
 */
import { parse } from 'yaml';
import { replaceAliases } from './alias.ts';
import { NotSupportedLocally, RunFailed } from './failures.ts';
import { IMAGE_ALIASES } from './image-aliases.ts';
import { planSteps } from './plan-steps.ts';
import { shellWords } from './shell-words.ts';
import type { Plan } from './step.ts';
import { checkSecrets, checkTaskFile, type SecretDefinition } from './task-file-schema.ts';
import { renderTemplate, type TemplateContext } from './template/render.ts';

const VERSIONS = ['1.0-preview-1', 'v1.0.0', 'v1.1.0'];
const WITH_ALIASES = 'v1.1.0';

export interface TaskFileOptions {
  /** With the values of no secret: they are found out here. */
  context: TemplateContext;
  /** Of the source, below the workspace. */
  folder: string;
  runnerImage: string;
  /** A file of the source. */
  readFile: (path: string) => Promise<string>;
  hasImage: (image: string) => Promise<boolean>;
  /** Throws `RunFailed` for one that cannot be had. */
  secretValue: (secret: SecretDefinition) => string;
}

export async function readTaskFile(source: string, options: TaskFileOptions): Promise<Plan> {
  const { context, folder, runnerImage, readFile } = options;
  const text = source
    .split(/\r?\n/)
    .filter((line) => !line.trimStart().startsWith('#'))
    .join('\n');
  const aliased =
    versionOf(text) === WITH_ALIASES ? await replaceAliases(text, { context, readFile }) : { text, values: {} };
  const secrets = secretsOf(aliased.text, options);
  const file = checkTaskFile(readYaml(rendered(aliased.text, withSecrets(context, secrets))));
  const plan = planSteps(file, {
    folder,
    runnerImage,
    expandImage: (command) => expandImage(command, aliased.values),
    isKept: isOfMicrosoft,
  });
  await checkMicrosoftImages(plan, options);
  const files = plan.volumes.flatMap((volume) => Object.values(volume.files).map((bytes) => bytes.toString('utf8')));
  return { ...plan, secrets: [...Object.values(secrets), ...files] };
}

function versionOf(text: string): string {
  const first = text.split('\n').find((line) => line.trim() !== '') ?? '';
  const written = /^version\s*:\s*(.*)$/
    .exec(first)?.[1]
    ?.trim()
    .replaceAll(/^["']|["']$/g, '')
    .toLowerCase();
  if (written === undefined) return 'v1.0.0';
  if (!VERSIONS.includes(written))
    throw new RunFailed(`invalid version specified: "${written}"; known are ${VERSIONS.join(', ')}`);
  return written;
}

/** By id. */
function secretsOf(text: string, { context, secretValue }: TaskFileOptions): Record<string, string> {
  if (!text.includes('secrets')) return {};
  const definitions = checkSecrets(readYaml(rendered(text, context)));
  return Object.fromEntries(definitions.map((secret) => [secret.id, secretValue(secret)]));
}

const withSecrets = ({ data, nowMs }: TemplateContext, secrets: Record<string, string>): TemplateContext => ({
  data: { ...data, Secrets: secrets },
  nowMs,
});

function rendered(text: string, context: TemplateContext): string {
  const result = renderTemplate(text, context);
  if (result.trim() === '') throw new RunFailed('the task file is empty once it is rendered');
  return result;
}

/** Keys may be there twice: az writes `version` before a file that has one. */
function readYaml(text: string): unknown {
  try {
    return parse(text, { uniqueKeys: false });
  } catch (error) {
    throw new RunFailed(`failed to read the task file as YAML: ${(error as Error).message}`, { cause: error });
  }
}

/** A `cmd` may begin with an alias without its directive. */
function expandImage(command: string, aliases: Record<string, string>): string {
  const first = shellWords(command)[0] ?? '';
  const image = Object.hasOwn(aliases, first) ? aliases[first] : undefined;
  return image !== undefined && command.startsWith(first) ? image + command.slice(first.length) : command;
}

const isOfMicrosoft = (image: string): boolean => Object.values(IMAGE_ALIASES).includes(image);

/** They come from the internet, and their tags are Azure's to change: so they are used where somebody has put them, and never pulled. */
async function checkMicrosoftImages({ steps }: Pick<Plan, 'steps'>, { hasImage }: TaskFileOptions): Promise<void> {
  for (const { id, work } of steps) {
    const image = work.kind === 'cmd' && work.pull === 'never' ? (shellWords(work.command)[0] ?? '') : '';
    if (image === '' || (await hasImage(image))) continue;
    const name = Object.entries(IMAGE_ALIASES).find(([, each]) => each === image)?.[0] ?? image;
    throw new NotSupportedLocally(
      `the image alias "${name}" of step ${id}, which stands for ${image} and is not in the engine's store (define the alias in the file, with an image that can be pulled),`,
    );
  }
}
