/** What the command line of the host says. Whatever is wrong with it is one sentence in a `HostError`. */
import { statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { HostError, messageOf } from './host-error.ts';

export const HELP = `Runs a function app: Azure Functions v4 for Node.js, with durable-functions 3.x.

  npm run host -- --app <folder> [--port <n>] [--database <file>] [--people <file>]

  --app <folder>      the folder with host.json and package.json; the app's own node_modules are used,
                      and local.settings.json if there is one
  --port <n>          7071 when not given; 0 takes any free port
  --database <file>   where orchestrations are remembered; <app>/.local/host.sqlite when not given,
                      and :memory: forgets them at the end
  --people <file>     who may sign in at /.auth/login/aad, and with which app roles; HTTP functions then learn who
                      calls as behind App Service authentication. When not given, nobody is asked
  --help              this text

TypeScript is run as it is where "main" of package.json names .ts files; otherwise build the app first.
Ctrl+C stops the host. What it runs and what it refuses: docs/local-runtime-host.md
`;

export type Command =
  { kind: 'help' } | { kind: 'run'; appFolder: string; port: number; database: string; people?: string };

/** The port of Functions Core Tools. */
const DEFAULT_PORT = '7071';

/** Paths are relative to `from`, and absolute in the answer. */
export function readArguments(args: string[], { from }: { from: string }): Command {
  const { app, port = DEFAULT_PORT, database, people, help } = parse(args);
  if (help) return { kind: 'help' };
  if (!app) throw wrong('--app is missing: the folder of the function app');
  const appFolder = resolve(from, app);
  if (!statSync(appFolder, { throwIfNoEntry: false })?.isDirectory())
    throw wrong(`--app: there is no folder ${appFolder}`);
  const portNumber = /^\d+$/.test(port) ? Number(port) : Number.NaN;
  if (!(portNumber <= 65_535)) throw wrong(`--port is "${port}", not a number from 0 to 65535`);
  return {
    kind: 'run',
    appFolder,
    port: portNumber,
    database: databaseFile(database, { appFolder, from }),
    ...(people === undefined ? {} : { people: resolve(from, people) }),
  };
}

function parse(args: string[]) {
  const text = { type: 'string' } as const;
  const options = {
    app: text,
    port: text,
    database: text,
    people: text,
    help: { type: 'boolean', short: 'h' },
  } as const;
  try {
    return parseArgs({ args, options }).values;
  } catch (error) {
    const [sentence = ''] = messageOf(error).split(/[.\n]/, 1);
    throw wrong(sentence, { cause: error });
  }
}

function databaseFile(given: string | undefined, { appFolder, from }: { appFolder: string; from: string }): string {
  if (given === undefined) return join(appFolder, '.local', 'host.sqlite');
  return given === ':memory:' ? given : resolve(from, given);
}

const wrong = (sentence: string, options?: ErrorOptions): HostError =>
  new HostError('BadArguments', `${sentence} (--help says more)`, options);
