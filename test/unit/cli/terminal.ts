/** A terminal that keeps what it is told. */
import { tmpdir } from 'node:os';
import type { ExitCode, Terminal } from '../../../cli/command.ts';
import { run } from '../../../cli/run.ts';

export interface Outcome {
  code: ExitCode;
  said: string;
  complained: string;
}

/** Runs the command line with these arguments. Unless it is said otherwise: in a folder without a local system, by somebody who cannot sign in. */
export async function gatedImport(
  args: string[],
  environment: Record<string, string> = {},
  has: Partial<Terminal> = {},
): Promise<Outcome> {
  const said: string[] = [];
  const complained: string[] = [];
  const terminal: Terminal = {
    say: (line) => void said.push(line),
    complain: (line) => void complained.push(line),
    environment,
    folder: tmpdir(),
    now: () => Date.UTC(2031, 1, 3),
    wait: async () => {},
    signIn: (scope) => Promise.reject(new Error(`nobody can sign in for ${scope} here`)),
    ...has,
  };
  const code = await run(args, terminal);
  return { code, said: said.join('\n'), complained: complained.join('\n') };
}
