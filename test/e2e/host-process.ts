/** The local host as a process of its own, which a test can kill. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { onTestFinished } from 'vitest';

const fromHere = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
export const fixture = (name: string): string => fromHere(`../fixtures/host-app/${name}`);

export interface HostProcess {
  /** Resolves with its address when it is ready. */
  ready: Promise<string>;
  /** Resolves when it has ended. */
  ended: Promise<{ code: number | null; signal: string | null; errors: string }>;
  /** What it has written to stdout so far. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
}

export interface LaunchOptions {
  /** Where it is started. */
  folder: string;
  /** The moments at which it kills itself, one a line: see `crash-switch.ts`. */
  crash?: string;
  environment?: Record<string, string>;
}

/** Killed when the test is over, if it still runs. */
export function launchHost(args: string[], { folder, crash = '', environment = {} }: LaunchOptions): HostProcess {
  const crashFile = join(folder, 'crash-points');
  writeFileSync(crashFile, crash);
  const main = fromHere('../../local/host/main.ts');
  const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', main, ...args], {
    cwd: folder,
    env: { ...process.env, HOST_CRASH: crashFile, ...environment },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  onTestFinished(() => void child.kill('SIGKILL'));
  let output = '';
  let errors = '';
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const ended = once(child, 'close').then(([code, signal]) => ({ code, signal, errors }));
  const ready = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk: Buffer) => {
      output += chunk.toString();
      const line = /^host ready on (http:\S+) \(\d+ functions\)$/m.exec(output);
      if (line?.[1]) resolve(line[1]);
    });
    void ended.then(({ code }) => reject(new Error(`ended with ${code}: ${errors}`)));
  });
  // Whoever only waits for the end does not look at this one.
  ready.catch(() => {});
  return { ready, ended, output: () => output, kill: (signal) => void child.kill(signal) };
}
