/**
 * The program that takes the place of `docker run … <runner image>`: it runs the command on this machine, with the engine's client on PATH.
 *
 * It reads its arguments as the official `docker` image does: a docker command may be given without `docker` in front
 * (https://github.com/docker-library/docker, docker-entrypoint.sh).
 */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const RUNNER_PROGRAM = 'gated-import-runner';

/** https://docs.docker.com/reference/cli/docker/ */
const DOCKER_COMMANDS = [
  ...[
    'attach',
    'build',
    'builder',
    'commit',
    'container',
    'context',
    'cp',
    'create',
    'diff',
    'events',
    'exec',
    'export',
  ],
  ...['help', 'history', 'image', 'images', 'import', 'info', 'inspect', 'kill', 'load', 'login', 'logout', 'logs'],
  ...['manifest', 'network', 'pause', 'port', 'ps', 'pull', 'push', 'rename', 'restart', 'rm', 'rmi', 'run', 'save'],
  ...['search', 'start', 'stats', 'stop', 'system', 'tag', 'top', 'unpause', 'update', 'version', 'volume', 'wait'],
];

export const writeRunner = (folder: string): Promise<void> =>
  writeFile(
    join(folder, RUNNER_PROGRAM),
    [
      '#!/bin/sh',
      '# [--entrypoint <program>] <image> <arguments…>',
      'if [ "$1" = --entrypoint ]; then program=$2; shift 3; exec "$program" "$@"; fi',
      'shift',
      `case "$1" in -*|${DOCKER_COMMANDS.join('|')}) set -- docker "$@" ;; "") set -- sh ;; esac`,
      'exec "$@"',
      '',
    ].join('\n'),
    { mode: 0o700 },
  );
