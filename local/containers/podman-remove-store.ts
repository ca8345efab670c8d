/**
 * Takes podman's own store down for good: containers, volumes, images, what killed builds left, mounts, programs and the run folder.
 * The folder of the store itself stays, empty and no longer mounted, for its owner to delete.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
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

const ENDED_WITHIN_MS = 30_000;
const LOOK_EVERY_MS = 50;

/** When a container ends, its monitor starts podman once more to clean up after it, which would make the run folder again. */
async function programsEnded(root: string): Promise<void> {
  const deadline = Date.now() + ENDED_WITHIN_MS;
  for (;;) {
    const programs = programsOf(root);
    if (programs.length === 0) return;
    if (Date.now() > deadline) throw new Error(`programs of podman's store ${root} still run: ${programs.join('; ')}`);
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS));
  }
}

/** Their process ids, with the command line of each. */
function programsOf(root: string): string[] {
  if (!existsSync('/proc')) return [];
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name) && name !== String(process.pid))
    .map((pid) => ({ pid, words: commandLine(pid) }))
    .filter(({ words }) => words.includes(root))
    .map(({ pid, words }) => `${pid} ${words.join(' ').trim()}`);
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
