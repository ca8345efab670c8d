/** Finds the command that was asked for, and turns whatever becomes of it into words and an exit code. */
import { didYouMean } from '../shared/domain/policy/did-you-mean.ts';
import { WrongUse, type Command, type ExitCode, type Terminal } from './command.ts';
import { verify } from './commands/verify.ts';

export const commands: Command[] = [verify];

export async function run(args: string[], terminal: Terminal): Promise<ExitCode> {
  const [name, ...rest] = args;
  if (name === undefined) {
    terminal.complain(overview());
    return 2;
  }
  if (name === '--help' || name === '-h' || name === 'help') {
    terminal.say(commands.find((one) => one.name === rest[0])?.help ?? overview());
    return 0;
  }
  const command = commands.find((one) => one.name === name);
  if (!command) {
    const names = commands.map((one) => one.name);
    terminal.complain(`there is no command "${name}".${didYouMean(name, names)}`);
    terminal.complain('gated-import --help lists what there is.');
    return 2;
  }
  if (rest.includes('--help') || rest.includes('-h')) {
    terminal.say(command.help);
    return 0;
  }
  return perform(command, rest, terminal);
}

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

const overview = (): string =>
  [
    'gated-import: public container images, copied, checked and only then promoted.',
    '',
    '  gated-import <command> [options]',
    '',
    ...commands.map(({ name, summary }) => `  ${name.padEnd(10)} ${summary}`),
    '',
    'gated-import <command> --help says more. Exit code 0: done or verified; 1: not so; 2: not understood.',
  ].join('\n');
