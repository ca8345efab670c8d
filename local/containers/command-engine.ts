/**
 * The part of an engine that is the same for docker and podman: run a command, insert labels, write a client script.
 *
 * `docker.ts` and `podman.ts` say what differs, as an `Invocation`.
 */
import { EngineError } from './errors.ts';
import type { Engine, ExecOptions } from './engine.ts';
import { addLabels } from './labels.ts';
import { runProcess } from './process.ts';
import { writeClient } from './client-script.ts';

export interface Invocation {
  name: Engine['name'];
  program: string;
  /** Before the command of every call. */
  globalFlags: string[];
  /** All of the environment the engine's program gets. */
  environment: Record<string, string>;
  /** The variables that make it use the `config.json` of that folder. */
  loginEnvironment: (folder: string) => Record<string, string>;
  /** A folder with a `config.json` that holds no login. */
  noLogin: string;
  /** Labels of an image that is built. */
  imageLabels: string[];
  /** Flags with which `rm --force` ends a container at once. */
  forcedRemoval: string[];
}

export type CommandEngine = Pick<Engine, 'name' | 'label' | 'network' | 'exec' | 'ok' | 'client'>;

export const instanceLabel = (instance: string): string => `gated-import=${instance}`;

export function commandEngine(invocation: Invocation, instance: string): CommandEngine {
  const { name, program, globalFlags, noLogin, imageLabels } = invocation;
  const label = instanceLabel(instance);

  const exec = (command: string[], options: ExecOptions = {}) => {
    const { environment, login = noLogin, ...rest } = options;
    return runProcess(program, [...globalFlags, ...addLabels(command, { labels: [label], imageLabels })], {
      ...rest,
      environment: { ...invocation.environment, ...invocation.loginEnvironment(login), ...environment },
    });
  };
  const ok = async (command: string[], options?: ExecOptions) => {
    const executed = await exec(command, options);
    if (executed.code !== 0) throw new EngineError(program, command, executed);
    return executed.stdout.trim();
  };

  return {
    name,
    label,
    network: `gated-import-${instance}`,
    exec,
    ok,
    client: ({ folder, labels, login = noLogin }) =>
      writeClient(folder, {
        program,
        globalFlags,
        environment: { ...invocation.environment, ...invocation.loginEnvironment(login) },
        labels: [label, ...labels],
        imageLabels,
        forcedRemoval: invocation.forcedRemoval,
      }),
  };
}
