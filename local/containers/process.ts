/**
 * Runs a program in a process group of its own, so that what it started ends with it.
 *
 * Its environment is what is given here and nothing else.
 */
import { spawn } from 'node:child_process';
import type { ExecOptions, Executed } from './engine.ts';

export interface ProcessOptions extends Omit<ExecOptions, 'environment' | 'login'> {
  environment: Record<string, string>;
  /** On abort: SIGTERM, and SIGKILL so much later. Without it SIGKILL at once. */
  stopGraceMs?: number;
  /** `none`: the output is only handed on, and the answer has none of it. */
  keepOutput?: 'none';
}

/** What a program left in the background may hold its output open; after its end that is waited for no longer than this. */
const OUTPUT_AFTER_END_MS = 500;

/** Never throws for an exit code; throws when the program cannot be started (`ENOENT`: it is not installed). */
export function runProcess(program: string, args: string[], options: ProcessOptions): Promise<Executed> {
  const { input, environment, workingDirectory, timeoutMs, signal, stopGraceMs, onOutput } = options;
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return resolve({ code: null, stdout: '', stderr: '' });
    const child = spawn(program, args, {
      cwd: workingDirectory,
      env: environment,
      detached: true,
      stdio: ['pipe', 'pipe', 'pipe'],
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    const take = (kept: Buffer[]) => (chunk: Buffer) => {
      if (options.keepOutput !== 'none') kept.push(chunk);
      onOutput?.(chunk);
    };
    child.stdout.on('data', take(stdout));
    child.stderr.on('data', take(stderr));
    // A program that ends without reading its input closes the pipe; its exit code says what there is to say.
    child.stdin.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE' && error.code !== 'ECONNRESET') reject(error);
    });
    child.stdin.end(input);

    const signalGroup = (name: 'SIGTERM' | 'SIGKILL') => child.pid !== undefined && killGroup(child.pid, name);
    const timers: NodeJS.Timeout[] = [];
    const later = (afterMs: number, act: () => void) => void timers.push(setTimeout(act, afterMs));
    const kill = () => signalGroup('SIGKILL');
    const stop = () => {
      if (stopGraceMs === undefined) return kill();
      signalGroup('SIGTERM');
      return later(stopGraceMs, kill);
    };
    if (timeoutMs !== undefined) later(timeoutMs, kill);
    signal?.addEventListener('abort', stop, { once: true });
    const settle = () => {
      timers.forEach(clearTimeout);
      signal?.removeEventListener('abort', stop);
    };
    child.on('error', (error) => (settle(), reject(error)));
    child.on('exit', () => {
      kill();
      later(OUTPUT_AFTER_END_MS, () => [child.stdout, child.stderr].forEach((stream) => stream.destroy()));
    });
    child.on('close', (code) => {
      settle();
      resolve({ code, stdout: Buffer.concat(stdout).toString(), stderr: Buffer.concat(stderr).toString() });
    });
  });
}

/** Signals every process of a group that we started. A group that has ended already is fine. */
export function killGroup(leaderPid: number, signal: 'SIGTERM' | 'SIGKILL'): void {
  try {
    process.kill(-leaderPid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
