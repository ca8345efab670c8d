/** A terminal that keeps what it is told, and a registry that is asked by it. */
import type { ExitCode, Terminal } from '../../../cli/command.ts';
import { run } from '../../../cli/run.ts';

export interface Outcome {
  code: ExitCode;
  said: string;
  complained: string;
}

/** Runs the command line with these arguments. */
export async function gatedImport(args: string[], environment: Record<string, string> = {}): Promise<Outcome> {
  const said: string[] = [];
  const complained: string[] = [];
  const terminal: Terminal = {
    say: (line) => void said.push(line),
    complain: (line) => void complained.push(line),
    environment,
    now: () => Date.UTC(2031, 1, 3),
  };
  const code = await run(args, terminal);
  return { code, said: said.join('\n'), complained: complained.join('\n') };
}
