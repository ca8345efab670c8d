/** A cmd step: its command in a container of its own, or on this machine when it is of the runner image. */
import { join } from 'node:path';
import { engineName, type StepContext } from './run-context.ts';
import { pullFresh } from './pull-image.ts';
import { RUNNER_PROGRAM } from './runner-script.ts';
import { shellWords } from './shell-words.ts';
import type { CommandWork, Step } from './step.ts';
import { runInShell } from './step-shell.ts';
import { inside } from './workspace.ts';

export async function runCommand(
  context: StepContext,
  options: { step: Step; work: CommandWork; onOutput: (chunk: Buffer) => void },
): Promise<void> {
  const { world, workspace, folders } = context;
  const { step, work, onOutput } = options;
  const image = shellWords(work.command)[0] ?? '';
  const folder = await inside(workspace, step.workingDirectory);
  if (image === world.config.runnerImage) {
    const workingDirectory = work.keepWorkingDirectory ? folders.home : folder;
    return runInShell(context, { command: runnerCommand(step, work), workingDirectory, onOutput });
  }
  if (work.pull !== 'never') await pullFresh(context, image, work.pull);
  return runInShell(context, { command: containerCommand(context, step, work), workingDirectory: folder, onOutput });
}

function runnerCommand(step: Step, work: CommandWork): string {
  const environment = step.environment.length === 0 ? [] : ['env', ...step.environment];
  const entryPoint = work.entryPoint === undefined ? [] : ['--entrypoint', work.entryPoint];
  return [...environment, RUNNER_PROGRAM, ...entryPoint, work.command].join(' ');
}

/** Put together as text and not quoted, as ACR Tasks' engine does it. */
function containerCommand(context: StepContext, step: Step, work: CommandWork): string {
  const { engine, volume, homeVolume } = context;
  return [
    ...['docker', 'run', ...(work.keep ? [] : ['--rm']), ...(work.detach ? ['--detach'] : [])],
    ...work.ports.flatMap((port) => ['--publish', onLoopback(port)]),
    ...work.expose.flatMap((port) => ['--expose', port]),
    ...(work.user === undefined ? [] : ['--user', work.user]),
    // Other steps find it by its id, which on an agent is the name of the container.
    ...(step.network === ''
      ? ['--network', engine.network]
      : ['--network', engineName(context, step.network), '--network-alias', step.id]),
    ...(work.entryPoint === undefined ? [] : ['--entrypoint', work.entryPoint]),
    ...['--name', engineName(context, step.id)],
    ...['--volume', `${volume}:/workspace`, '--volume', `${homeVolume}:/acb/home`],
    ...work.mounts.flatMap((mount) => ['--volume', `${engineName(context, mount.volume)}:${mount.path}`]),
    ...['--env', 'HOME=/acb/home', ...step.environment.flatMap((entry) => ['--env', entry])],
    ...(work.keepWorkingDirectory ? [] : ['--workdir', join('/workspace', step.workingDirectory)]),
    work.command,
  ].join(' ');
}

/** An agent of ACR Tasks cannot be reached from outside. Nor can a port of this machine, unless the file names the address. */
function onLoopback(port: string): string {
  const colons = port.split(':').length - 1;
  if (colons === 0) return `127.0.0.1::${port}`;
  return colons === 1 ? `127.0.0.1:${port}` : port;
}
