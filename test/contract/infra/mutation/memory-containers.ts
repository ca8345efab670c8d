/** Containers that are only remembered: each runs from the moment that it is started until it is removed. */
interface Container {
  name: string;
  labels: Record<string, string>;
}

export function memoryContainers(): { run(command: string[]): string } {
  const all = new Map<string, Container>();
  const valuesOf = (command: string[], flag: string) =>
    command.flatMap((word, at) => (word === flag ? [command[at + 1] ?? ''] : []));
  const labelled = (command: string[]): Container[] => {
    const [filter = ''] = valuesOf(command, '--filter');
    const [, name = '', value] = /^label=([^=]+)=(.*)$/.exec(filter) ?? [];
    return [...all.values()].filter(({ labels }) => labels[name] === value);
  };

  const start = (command: string[]): string => {
    const [name = ''] = valuesOf(command, '--name');
    const pairs = valuesOf(command, '--label').map((label) => label.split(/=(.*)/s).slice(0, 2));
    all.set(name, { name, labels: Object.fromEntries(pairs) as Record<string, string> });
    return name;
  };
  const show = ({ name, labels }: Container): object => ({
    Id: name,
    State: { Running: true, ExitCode: 0, OOMKilled: false, StartedAt: ALWAYS, FinishedAt: ALWAYS },
    Config: { Labels: labels },
    NetworkSettings: { Networks: {} },
  });

  return {
    /** The name of a container is its id. Answers stdout. */
    run(command) {
      const [verb, ...words] = command;
      switch (verb) {
        case 'run':
          return start(command);
        case 'ps':
          return labelled(command)
            .map(({ name }) => name)
            .join('\n');
        case 'inspect':
          return JSON.stringify(words.flatMap((name) => all.get(name) ?? []).map(show));
        case 'rm':
          for (const name of words) all.delete(name);
          return '';
        default:
          return '';
      }
    },
  };
}

const ALWAYS = new Date(0).toISOString();
