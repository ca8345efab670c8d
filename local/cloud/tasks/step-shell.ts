/**
 * Runs a step's command line with `/bin/sh` on this machine, where ACR Tasks runs it on its agent: pipes, redirections and `$(…)` act here,
 * outside of any container.
 */
import { runProcess } from '../../containers/process.ts';
import { ProgramFailed } from './failures.ts';
import { STOP_GRACE_MS } from './limits.ts';
import { MARKER, type StepContext } from './run-context.ts';

/** Throws `ProgramFailed`, or the reason it was ended for. `onOutput` sees what the log gets. */
export async function runInShell(
  context: StepContext,
  options: { command: string; workingDirectory: string; onOutput: (chunk: Buffer) => void },
): Promise<void> {
  const { client, folders, label, log, signal } = context;
  const { code } = await runProcess('/bin/sh', ['-c', options.command], {
    environment: {
      PATH: `${client}:${process.env['PATH'] ?? '/usr/bin:/bin'}`,
      LANG: process.env['LANG'] ?? 'C.UTF-8',
      HOME: folders.home,
      [MARKER]: label,
    },
    workingDirectory: options.workingDirectory,
    signal,
    stopGraceMs: STOP_GRACE_MS,
    onOutput(chunk) {
      log.output(chunk);
      options.onOutput(chunk);
    },
    keepOutput: 'none',
  });
  signal.throwIfAborted();
  if (code !== 0) throw new ProgramFailed(code);
}
