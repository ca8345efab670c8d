/** One run of a child process, from its start to its end; `supervise.ts` strings them together. */
import { spawn, type ChildProcess } from 'node:child_process';
import type { WriteStream } from 'node:fs';

export interface Life {
  process: ChildProcess;
  startedAt: number;
  /** Settles when the ready line was printed; never, when the process ends before that. */
  ready: Promise<void>;
  /** How it ended, in words. Never rejects. */
  ended: Promise<string>;
}

const dieWithParent = new URL('../die-with-parent.ts', import.meta.url).href;

export function beginLife(options: {
  command: string[];
  environment: Record<string, string>;
  readyLine: RegExp;
  output: WriteStream;
}): Life {
  const { command, environment, readyLine, output } = options;
  const child = spawn(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', '--import', dieWithParent, ...command],
    { env: { ...inherited(), ...environment }, stdio: ['pipe', 'pipe', 'pipe'] },
  );
  const ready = Promise.withResolvers<void>();
  let line = '';
  let isReady = false;
  const read = (chunk: Buffer) => {
    output.write(chunk);
    if (isReady) return;
    line += chunk.toString('utf8');
    isReady = readyLine.test(line);
    if (isReady) ready.resolve();
    line = line.slice(line.lastIndexOf('\n') + 1);
  };
  child.stdout.on('data', read);
  child.stderr.on('data', read);
  const ended = new Promise<string>((resolve) => {
    // Its last lines are in the log file when it is said to have ended.
    const end = (how: string) => void output.write('', () => resolve(how));
    child.once('error', (error) => end(`could not be started: ${error.message}`));
    child.once('close', (code, signal) => end(signal ? `ended by ${signal}` : `ended with exit code ${code}`));
  });
  return { process: child, startedAt: Date.now(), ready: ready.promise, ended };
}

/** A developer's own Azure sign-in, or a proxy that cannot reach this machine, must not change what a child does. */
function inherited(): NodeJS.ProcessEnv {
  const kept = Object.entries(process.env).filter(([name]) => !/^(AZURE_|IDENTITY_|MSI_)/.test(name));
  return { ...Object.fromEntries(kept), NO_PROXY: 'localhost,127.0.0.1' };
}
