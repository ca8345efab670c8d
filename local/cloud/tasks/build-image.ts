/** A build step: pulls what the Dockerfile is built from, notes it as the run's dependencies, and builds. */
import { join } from 'node:path';
import { readBuildCommand } from './build-command.ts';
import { baseImages } from './dockerfile.ts';
import { readImageName, withTag } from './image-name.ts';
import { pulledDigest, pullFresh } from './pull-image.ts';
import type { StepContext } from './run-context.ts';
import type { Step } from './step.ts';
import { runInShell } from './step-shell.ts';
import { inside, readInside } from './workspace.ts';

export interface Build {
  /** Where `docker build` is called. */
  workingDirectory: string;
  command: string;
  tags: string[];
}

/** Once for a step, however often the build itself is tried. */
export async function prepareBuild(context: StepContext, step: Step, text: string): Promise<Build> {
  const { workspace, log } = context;
  const command = readBuildCommand(text);
  const dockerfile = join(step.workingDirectory, command.dockerfile ?? join(command.context, 'Dockerfile'));
  const bases = baseImages(await readInside(workspace, dockerfile), {
    arguments: command.arguments,
    ...(command.target === undefined ? {} : { target: command.target }),
  });
  log.say('Scanning for dependencies...');
  for (const { reference, use } of bases) {
    // Before it is pulled: a tag that is moved in between is then seen as moved afterwards.
    const named = digestHere(context, reference);
    await pullFresh(context, reference);
    if (use !== 'copied') await note(context, { reference, use, named });
  }
  log.say('Successfully scanned dependencies');
  const environment = step.environment.length === 0 ? [] : ['env', ...step.environment];
  return {
    workingDirectory: await inside(workspace, step.workingDirectory),
    command: [...environment, 'docker', 'build', text].join(' '),
    tags: command.tags,
  };
}

export async function buildImage(
  context: StepContext,
  { command, workingDirectory, tags }: Build,
  onOutput: (chunk: Buffer) => void,
): Promise<void> {
  await runInShell(context, { command, workingDirectory, onOutput });
  for (const tag of tags) context.built.add(withTag(tag));
}

/** What a registry of this cloud has under the tag. The engine may know the image by another digest: that of its own build. */
function digestHere({ tags }: StepContext, reference: string): string | undefined {
  const { registry, repository, tag } = readImageName(reference);
  return tag === undefined || isPinned(reference)
    ? undefined
    : tags.digestOf({ loginServer: registry, repository, tag });
}

async function note(
  context: StepContext,
  base: { reference: string; use: 'runtime' | 'buildtime'; named: string | undefined },
): Promise<void> {
  const { reference, use, named } = base;
  const { registry, repository, tag } = readImageName(reference);
  const isBuilt = context.built.has(withTag(reference));
  const digest = isBuilt ? undefined : (named ?? (await pulledDigest(context, reference)));
  context.dependencies.push({
    type: use === 'runtime' ? 'Runtime' : 'BuildTime',
    registry,
    repository,
    // An image that is named by its digest is always the same one, whatever its tag is moved to.
    ...(tag === undefined || isPinned(reference) ? {} : { tag }),
    ...(digest === undefined ? {} : { digest }),
  });
  context.log.say(`Base image ${reference}${digest === undefined ? '' : ` is ${digest}`}`);
}

const isPinned = (reference: string): boolean => reference.includes('@');
