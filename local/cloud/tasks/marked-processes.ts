/**
 * Ends the processes of a run that outlived it: what a script put in the background, and what was running when the cloud was killed.
 *
 * They are recognised by a variable of their environment that only we set. Where there is no /proc (macOS) none is found.
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { MARKER } from './run-context.ts';

/** Serves the names of every network of an engine, not only of the run that happened to start it. */
const SHARED = ['aardvark-dns'];

/** Answers how many there were. */
export function endMarkedProcesses(label: string): number {
  if (!existsSync('/proc')) return 0;
  let ended = 0;
  const variable = `${MARKER}=${label}`;
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const environment = readProcess(pid, 'environ');
    if (!environment?.split('\0').includes(variable)) continue;
    if (SHARED.includes(readProcess(pid, 'comm')?.trim() ?? '')) continue;
    end(Number(pid));
    ended++;
  }
  return ended;
}

/** A process may end while it is looked at, and one of somebody else may not be read. */
const GONE_OR_FOREIGN = ['ENOENT', 'ESRCH', 'EACCES', 'EPERM'];

function readProcess(pid: string, file: 'environ' | 'comm'): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch (error) {
    if (GONE_OR_FOREIGN.includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

function end(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
