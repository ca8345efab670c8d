/**
 * Writes the program `docker` that a runner script finds on its PATH: a shell script that calls the engine with the flags, the login and the
 * labels of one run, whatever environment the script has.
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BUILDING, MAKING } from './labels.ts';

export interface ClientScript {
  program: string;
  globalFlags: string[];
  environment: Record<string, string>;
  labels: string[];
  imageLabels: string[];
  /** Flags with which `rm --force` ends a container at once, as docker does. */
  forcedRemoval: string[];
}

/** Answers the folder. */
export async function writeClient(folder: string, script: ClientScript): Promise<string> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // For its owner only: the environment may name a proxy with a password.
  await writeFile(join(folder, 'docker'), scriptText(script), { mode: 0o700 });
  return folder;
}

function scriptText({ program, globalFlags, environment, labels, imageLabels, forcedRemoval }: ClientScript): string {
  const call = [program, ...globalFlags].map(shellWord).join(' ');
  const flags = (values: string[]) => values.map((label) => ` --label ${shellWord(label)}`).join('');
  const rule = (words: string[], values: string[]) =>
    `  "${words.join(' ')}") shift ${words.length}; exec ${call} ${words.join(' ')}${flags(values)} "$@" ;;`;
  const rules = (length: number) => [
    ...MAKING.filter((words) => words.length === length).map((words) => rule(words, labels)),
    ...BUILDING.filter((words) => words.length === length).map((words) => rule(words, imageLabels)),
  ];
  return [
    '#!/bin/sh',
    '# Written by gated-import for one run; removed with it.',
    ...Object.entries(environment).map(([name, value]) => `export ${name}=${shellWord(value)}`),
    'case "$1 $2" in',
    ...rules(2),
    'esac',
    'case "$1 $* " in',
    `  "rm "*" -f "* | "rm "*" --force "*) shift; exec ${[call, 'rm', ...forcedRemoval].join(' ')} "$@" ;;`,
    'esac',
    'case "$1" in',
    ...rules(1),
    '  --version|-v|--help|"") ;;',
    '  -*) echo "docker: the option $1 before the command is not supported by the local runtime" >&2; exit 125 ;;',
    'esac',
    `exec ${call} "$@"`,
    '',
  ].join('\n');
}

/** A word that a POSIX shell reads as it stands. */
export const shellWord = (text: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
