/** What the arguments of a `docker build` say, as far as it matters beside the build itself: tags, Dockerfile, build arguments, context. */
import { NotSupportedLocally } from './failures.ts';
import { shellWords } from './shell-words.ts';

export interface BuildCommand {
  tags: string[];
  dockerfile?: string;
  arguments: Record<string, string>;
  target?: string;
  context: string;
}

/** Options that stand alone. Every other option takes the next word as its value, unless it is written with `=`. */
const ALONE = new Set(['--no-cache', '--pull', '--quiet', '-q', '--rm', '--force-rm', '--squash', '--compress']);

export function readBuildCommand(text: string): BuildCommand {
  const command: BuildCommand = { tags: [], arguments: {}, context: '' };
  const words = shellWords(text);
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (!word.startsWith('-') || word === '-') {
      if (command.context !== '') throw new NotSupportedLocally(`"${word}" after the context of a build`);
      command.context = word;
      continue;
    }
    const equals = word.startsWith('--') ? word.indexOf('=') : -1;
    const option = equals < 0 ? word : word.slice(0, equals);
    if (ALONE.has(option)) continue;
    take(command, option, equals < 0 ? (words[++index] ?? '') : word.slice(equals + 1));
  }
  if (command.context === '') throw new NotSupportedLocally('a build without a context');
  if (command.context === '-' || /^[a-z]+:\/\/|^git@|\.git(?:#|$)/i.test(command.context)) {
    throw new NotSupportedLocally(
      `the build context "${command.context}"; a build step takes a folder of the workspace`,
    );
  }
  return command;
}

function take(command: BuildCommand, option: string, value: string): void {
  switch (option) {
    case '-t':
    case '--tag':
      command.tags.push(value);
      break;
    case '-f':
    case '--file':
      command.dockerfile = value;
      break;
    case '--target':
      command.target = value;
      break;
    case '--build-arg': {
      const index = value.indexOf('=');
      if (index >= 0) command.arguments[value.slice(0, index)] = value.slice(index + 1);
      break;
    }
  }
}
