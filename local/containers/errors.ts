/** What can go wrong with a container engine, in words for the person who has to mend it. */
import type { Executed } from './engine.ts';

/** A command of the engine ended with a non-zero exit code. */
export class EngineError extends Error {
  readonly code = 'EngineError';
  readonly command: string[];
  readonly exitCode: number | null;
  readonly stderr: string;

  constructor(program: string, command: string[], { code, stderr }: Pick<Executed, 'code' | 'stderr'>) {
    const outcome = code === null ? 'was killed' : `ended with exit code ${code}`;
    super(`${program} ${command.slice(0, 3).join(' ')} ${outcome}: ${lastLines(stderr) || 'it said nothing'}`);
    this.command = command;
    this.exitCode = code;
    this.stderr = stderr;
  }
}

export class NoContainerEngine extends Error {
  readonly code = 'NoContainerEngine';
  /** What was tried, and how each ended. */
  readonly tried: string[];

  constructor(tried: string[]) {
    super(
      [
        'no container engine works on this machine; start docker, or install podman:',
        '  apt-get install podman runc iptables containernetworking-plugins',
        ...tried.map((line) => `tried ${line}`),
      ].join('\n'),
    );
    this.tried = tried;
  }
}

const LINES_SHOWN = 5;
export const lastLines = (text: string): string => text.trim().split('\n').slice(-LINES_SHOWN).join('\n');
