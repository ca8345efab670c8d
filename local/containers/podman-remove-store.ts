/**
 * Takes podman's own store down for good: containers, volumes, images, what killed builds left, mounts, programs and the run folder.
 * The folder of the store itself stays, empty and no longer mounted, for its owner to delete.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Engine } from './engine.ts';
import { engineEnvironment } from './environment.ts';
import { EngineError } from './errors.ts';
import type { PodmanFiles } from './podman-files.ts';
import { runProcess } from './process.ts';

export async function removeStore(
  engine: Pick<Engine, 'ok'>,
  { root, runFolder }: Pick<PodmanFiles, 'root' | 'runFolder'>,
): Promise<void> {
  await engine.ok(['rm', '--all', '--force', '--volumes', '--time', '0']);
  // A build that was killed leaves a container that is not podman's own.
  const left = await engine.ok(['ps', '--all', '--external', '--quiet']);
  if (left !== '') await engine.ok(['rm', '--force', ...left.split('\n')]);
  await engine.ok(['volume', 'rm', '--all', '--force']);
  await engine.ok(['rmi', '--all', '--force']);
  await programsEnded(root);
  await unmount([root, runFolder]);
  await rm(runFolder, { recursive: true, force: true });
}

const END_BY_THEMSELVES_WITHIN_MS = 5_000;
const ENDED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** When a container ends, its monitor starts podman once more to clean up after it, which would make the run folder again. */
async function programsEnded(root: string): Promise<void> {
  const from = Date.now();
  let areEnded = false;
  for (;;) {
    const programs = programsOf(root);
    if (programs.length === 0) return;
    if (Date.now() > from + ENDED_WITHIN_MS) {
      const lines = programs.map(({ pid, words }) => `${pid} ${words.join(' ').trim()}`);
      throw new Error(`programs of podman's store ${root} still run: ${lines.join('; ')}`);
    }
    if (!areEnded && Date.now() > from + END_BY_THEMSELVES_WITHIN_MS) {
      for (const { words } of programs) await endUnknown(words);
      areEnded = true;
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/**
 * A podman that is killed while it makes a container leaves one that it does not know: its monitor waits for ever for a process that waits to be
 * started. The monitor's command line has the runtime and the container.
 */
async function endUnknown([program = '', ...flags]: string[]): Promise<void> {
  if (basename(program) !== 'conmon') return;
  const runtime = flags[flags.indexOf('-r') + 1] ?? '';
  const args = ['delete', '--force', flags[flags.indexOf('-c') + 1] ?? ''];
  const executed = await runProcess(runtime, args, { environment: engineEnvironment() });
  if (executed.code !== 0) throw new EngineError(runtime, args, executed);
}

interface Program {
  pid: string;
  words: string[];
}

function programsOf(root: string): Program[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => ({ pid, words: commandLine(pid) }))
    .filter(({ words }) => words.includes(root));
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch (error) {
    // It ended while it was looked at.
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return [];
    throw error;
  }
}

/** The overlay driver keeps its folder mounted onto itself, which would make it impossible to delete. The innermost mounts go first. */
async function unmount(folders: string[]): Promise<void> {
  if (!existsSync('/proc/self/mounts')) return;
  const points = readFileSync('/proc/self/mounts', 'utf8')
    .split('\n')
    .map((line) => line.split(' ')[1] ?? '')
    .filter((path) => folders.some((folder) => path.startsWith(`${folder}/`)));
  for (const point of points.toReversed()) {
    const executed = await runProcess('umount', [point], { environment: engineEnvironment() });
    if (executed.code !== 0) throw new EngineError('umount', [point], executed);
  }
}
