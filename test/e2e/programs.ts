/** Runs a program of this repository to its end, as a process group of its own, and sees whether it leaves anything running. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

export interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
  /** A process that it started still runs. */
  leftRunning: boolean;
}

/** `program` lies below the root of the repository. `environment` is all that it gets. */
export async function runProgram(
  program: string,
  options: { arguments?: string[]; environment: Record<string, string> },
): Promise<Ended> {
  const file = fileURLToPath(new URL(`../../${program}`, import.meta.url));
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...(options.arguments ?? [])], {
    env: options.environment,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (chunk: Buffer) => (stdout += String(chunk)));
  child.stderr.on('data', (chunk: Buffer) => (stderr += String(chunk)));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr, leftRunning: isGroup(child.pid) };
}

function isGroup(id: number | undefined): boolean {
  if (id === undefined) return false;
  try {
    process.kill(-id, 0);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
}
