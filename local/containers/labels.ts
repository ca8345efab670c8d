/** Which commands of an engine make something, and where a label goes in them. `client-script.ts` writes the same rules as a shell script. */

/** Commands that make a container, a volume or a network: the words before the place where `--label` goes. */
export const MAKING = [
  ['run'],
  ['create'],
  ['container', 'run'],
  ['container', 'create'],
  ['volume', 'create'],
  ['network', 'create'],
];
/** Commands that make an image. */
export const BUILDING = [['build'], ['image', 'build']];

/** The command with `--label` for each label that belongs there. */
export function addLabels(command: string[], options: { labels: string[]; imageLabels: string[] }): string[] {
  const making = MAKING.find((words) => startsWith(command, words));
  const building = BUILDING.find((words) => startsWith(command, words));
  const words = making ?? building;
  if (!words) return command;
  const labels = making ? options.labels : options.imageLabels;
  return [...words, ...labels.flatMap((label) => ['--label', label]), ...command.slice(words.length)];
}

const startsWith = (command: string[], words: string[]): boolean =>
  words.every((word, index) => command[index] === word);
