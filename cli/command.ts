/** What a command of the command line is, and what it may end with. */

/**
 * 0: done, or verified. 1: it is not so, or it could not be found out. 2: asked for in a way that is not understood; and of `doctor`, which looks
 * at many things, that some were out of sight.
 */
export type ExitCode = 0 | 1 | 2;

export interface Terminal {
  /** A line of the answer, to stdout. */
  say(line: string): void;
  /** A line about trouble, to stderr. */
  complain(line: string): void;
  environment: Record<string, string | undefined>;
  /** The folder it was called in. */
  folder: string;
  /** Epoch milliseconds. */
  now(): number;
  wait(ms: number): Promise<void>;
  /** An access token of Microsoft Entra ID. */
  signIn(scope: string): Promise<string>;
}

export interface Command {
  name: string;
  /** One line for the list of commands. */
  summary: string;
  /** All that `--help` says. */
  help: string;
  /** Throws `WrongUse` for arguments that it does not understand; any other error is trouble, and its message is for a person. */
  run(args: string[], terminal: Terminal): Promise<ExitCode>;
}

/** The message is one sentence. */
export class WrongUse extends Error {
  readonly code = 'WrongUse';
}
