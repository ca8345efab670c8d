/** `npm run host -- --app <folder> --port <n>`: runs a function app until it is told to stop. */
import { HELP, readArguments } from './arguments.ts';
import { HostError } from './host-error.ts';
import { startHost, type Host, type HostOptions } from './start-host.ts';

/** npm runs scripts in the folder of package.json and says here where whoever called it was. */
const calledFrom = process.env['npm_lifecycle_event'] === 'host' ? process.env['INIT_CWD'] : undefined;

async function run(options: HostOptions): Promise<void> {
  // As under Azure, so that an app finds its own files by relative paths.
  process.chdir(options.appFolder);
  const host = await startHost(options);
  stopOnSignal(host);
  console.log(`host ready on ${host.url} (${host.functionNames.length} functions)`);
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
