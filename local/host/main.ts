/** `npm run host -- --app <folder> --port <n>`: runs a function app until it is told to stop. */
import { HELP, readArguments, type Command } from './arguments.ts';
import { HostError, messageOf } from './host-error.ts';
import { readPeople } from '../identity-provider/people.ts';
import { startHost, type Host } from './start-host.ts';

/** npm runs scripts in the folder of package.json and says here where whoever called it was. */
const calledFrom = process.env['npm_lifecycle_event'] === 'host' ? process.env['INIT_CWD'] : undefined;

async function run({ people, ...options }: Extract<Command, { kind: 'run' }>): Promise<void> {
  const known = people === undefined ? undefined : peopleIn(people);
  // As under Azure, so that an app finds its own files by relative paths.
  process.chdir(options.appFolder);
  const host = await startHost({ ...options, people: known });
  stopOnSignal(host);
  console.log(`host ready on ${host.url} (${host.functionNames.length} functions)`);
}

function peopleIn(file: string) {
  try {
    return readPeople(file);
  } catch (error) {
    throw new HostError('BadArguments', `--people: ${messageOf(error)}`, { cause: error });
  }
}

function stopOnSignal(host: Host): void {
  let isStopping = false;
  for (const signal of ['SIGTERM', 'SIGINT'] as const) {
    process.on(signal, () => {
      // The second signal is from someone who does not want to wait.
      if (isStopping) process.exit(1);
      isStopping = true;
      void host.stop().then(
        () => process.exit(0),
        (error: unknown) => {
          console.error(error);
          process.exit(1);
        },
      );
    });
  }
}

try {
  const command = readArguments(process.argv.slice(2), { from: calledFrom ?? process.cwd() });
  if (command.kind === 'help') process.stdout.write(HELP);
  else await run(command);
} catch (error) {
  console.error(error instanceof HostError ? error.message : error);
  process.exit(1);
}
