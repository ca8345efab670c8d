/** Finds the command that was asked for, and turns whatever becomes of it into words and an exit code. */
import { didYouMean } from '../shared/domain/policy/did-you-mean.ts';
import { WrongUse, type Command, type ExitCode, type Terminal } from './command.ts';

/** In the order in which they are listed. Each is loaded when it is asked for: reading a policy, or a record, needs much that others do not. */
export const commands: Record<string, () => Promise<Command>> = {
  explain: async () => (await import('./commands/explain.ts')).explain,
  log: async () => (await import('./commands/log.ts')).log,
  approve: async () => (await import('./commands/approve.ts')).approve,
  refuse: async () => (await import('./commands/refuse.ts')).refuse,
  promote: async () => (await import('./commands/promote.ts')).promote,
  recheck: async () => (await import('./commands/recheck.ts')).recheck,
  override: async () => (await import('./commands/override.ts')).override,
  abort: async () => (await import('./commands/abort.ts')).abort,
  recall: async () => (await import('./commands/recall.ts')).recall,
  hold: async () => (await import('./commands/hold.ts')).hold,
  resume: async () => (await import('./commands/resume.ts')).resume,
  rollback: async () => (await import('./commands/rollback.ts')).rollback,
  'hold-app': async () => (await import('./commands/hold-app.ts')).holdApp,
  'resume-app': async () => (await import('./commands/resume-app.ts')).resumeApp,
  freeze: async () => (await import('./commands/freeze.ts')).freeze,
  thaw: async () => (await import('./commands/thaw.ts')).thaw,
  check: async () => (await import('./commands/check.ts')).check,
  'what-if': async () => (await import('./commands/what-if.ts')).whatIf,
  policy: async () => (await import('./commands/policy.ts')).policy,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  verify: async () => (await import('./commands/verify.ts')).verify,
};

export async function run(args: string[], plain: Terminal): Promise<ExitCode> {
  const terminal: Terminal = {
    ...plain,
    say: (line) => plain.say(printable(line)),
    complain: (line) => plain.complain(printable(line)),
  };
  const [name, ...rest] = args;
  if (name === undefined) {
    terminal.complain(await overview());
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    const about = await commandOf(rest[0]);
    terminal.say(about?.help ?? (await overview()));
    return 0;
  }
  const command = await commandOf(name);
  if (!command) {
    terminal.complain(`there is no command "${name}".${didYouMean(name, Object.keys(commands))}`);
    terminal.complain('gated-import --help lists what there is.');
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.say(command.help);
    return 0;
  }
  return perform(command, rest, terminal);
}

const commandOf = async (name: string | undefined): Promise<Command | undefined> =>
  name !== undefined && Object.hasOwn(commands, name) ? commands[name]?.() : undefined;

async function perform(command: Command, args: string[], terminal: Terminal): Promise<ExitCode> {
  try {
    return await command.run(args, terminal);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    terminal.complain(`${command.name}: ${message}`);
    if (!(error instanceof WrongUse)) return 1;
    terminal.complain(`gated-import ${command.name} --help says how it is used.`);
    return 2;
  }
}

/** Much of what is said was written by others, up to the images that are checked: nothing of it moves a cursor. Lines and tabs stay. */
const printable = (text: string): string => text.replaceAll(/(?![\n\t])[\p{Cc}\p{Cf}]/gu, ' ');

async function overview(): Promise<string> {
  const all = await Promise.all(Object.values(commands).map((load) => load()));
  return [
    'gated-import: public container images, copied, checked and only then promoted.',
    '',
    '  gated-import <command> [options]',
    '',
    ...all.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'gated-import <command> --help says more. Exit code 0: done or verified; 1: not so; 2: not understood.',
  ].join('\n');
}
