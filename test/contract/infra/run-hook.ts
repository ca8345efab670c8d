/**
 * Runs a hook of azd as azd does, with an `az` and a `node` that write down what they are asked.
 *
 * `sh` always runs. PowerShell runs where a `pwsh` is on the PATH; one that is there and does not start is a failure, not a reason to leave it out.
 */
import { execFile, spawnSync } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { delimiter, dirname, join } from 'node:path';
import { repositoryRoot } from '../../../local/layout.ts';

export const hooksFolder = join(repositoryRoot, 'infra/hooks');

export interface Shell {
  name: 'sh' | 'PowerShell';
  program: 'sh' | 'pwsh';
  extension: 'sh' | 'ps1';
}
export const sh: Shell = { name: 'sh', program: 'sh', extension: 'sh' };
const powershell: Shell = { name: 'PowerShell', program: 'pwsh', extension: 'ps1' };

/** What `pwsh` says that it is; undefined where there is none. */
export const powershellVersion = versionOfPowershell();
export const shells: readonly Shell[] = powershellVersion === undefined ? [sh] : [sh, powershell];

const ENVIRONMENT = {
  AZURE_ENV_NAME: 'dev',
  AZURE_LOCATION: 'westeurope',
  AZURE_SUBSCRIPTION_ID: 'a-subscription',
  AZURE_RESOURCE_GROUP: 'gated-import-dev-rg',
  VAULT_NAME: 'gated-dev',
  POLICY_URL: 'https://policydev.blob.core.windows.net/policy',
};
const AFTER_EACH_ARGUMENT = '\x1f';

export type HookName = 'postdeploy' | 'predown' | 'postdown';

export interface Given {
  /** Lines of a shell's `case` on what `az` is asked. */
  answers?: string;
  environment?: Record<string, string>;
  /** Of `node`. */
  exitCode?: number;
  /** What the person has PowerShell do at each start: azd runs hooks with it. */
  profile?: string;
}

export interface Ran {
  code: number;
  said: string;
  /** The arguments of each call of `az`, and "node" with those of each call of `node`, in order. */
  calls: string[][];
  /** The same, a line each. */
  asked: string[];
}

/** `folder` becomes the home of the person, and holds the programs that the hook finds first. */
export async function runHook(
  hook: HookName,
  { shell, folder }: { shell: Shell; folder: string },
  given: Given = {},
): Promise<Ran> {
  const log = join(folder, 'log');
  await writeFile(log, '');
  await writeProgram(join(folder, 'az'), [
    `printf '%s\\037' "$@" >>'${log}'; echo >>'${log}'`,
    `case "$*" in 'deployment sub create'*) printf '%s\\037\\n' "with password \${PUBLIC_REGISTRY_PASSWORD:-none}" >>'${log}' ;; esac`,
    `case "$*" in\n${given.answers ?? ''}\n*) ;;\nesac`,
  ]);
  await writeProgram(join(folder, 'node'), [
    `printf '%s\\037' node "$@" >>'${log}'; echo >>'${log}'`,
    `exit ${given.exitCode ?? 0}`,
  ]);
  await writeProgram(join(folder, 'sleep'), []);
  const profile = join(folder, '.config/powershell/profile.ps1');
  await mkdir(dirname(profile), { recursive: true });
  await writeFile(profile, given.profile ?? '');

  const env = {
    PATH: `${folder}${delimiter}${process.env['PATH'] ?? ''}`,
    HOME: folder,
    POWERSHELL_TELEMETRY_OPTOUT: '1',
    ...ENVIRONMENT,
    ...given.environment,
  };
  const script = join(hooksFolder, `${hook}.${shell.extension}`);
  const { code, said } = await new Promise<Pick<Ran, 'code' | 'said'>>((resolve) => {
    execFile(shell.program, [script], { env, cwd: repositoryRoot }, (error, _, stderr) =>
      resolve({ code: typeof error?.code === 'number' ? error.code : error ? 1 : 0, said: stderr }),
    );
  });

  const lines = (await readFile(log, 'utf8')).split('\n').filter(Boolean);
  const calls = lines.map((line) => line.split(AFTER_EACH_ARGUMENT).slice(0, -1));
  return { code, said, calls, asked: calls.map((call) => call.join(' ')) };
}

async function writeProgram(path: string, lines: string[]): Promise<void> {
  await writeFile(path, ['#!/bin/sh', ...lines, ''].join('\n'));
  await chmod(path, 0o755);
}

function versionOfPowershell(): string | undefined {
  const { error, status, stdout, stderr } = spawnSync('pwsh', ['-NoProfile', '-Version'], { encoding: 'utf8' });
  if (error !== undefined && 'code' in error && error.code === 'ENOENT') return undefined;
  if (status !== 0) throw new Error(`There is a pwsh, and it does not start: ${error?.message ?? stderr}`);
  return stdout.trim();
}
