/** The command line of gated-import: the one place of it that reads the environment. */
import { setTimeout as wait } from 'node:timers/promises';
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  say: (line) => console.log(line),
  complain: (line) => console.error(line),
  environment: process.env,
  folder: process.cwd(),
  now: Date.now,
  wait,
  signIn: async (scope) => (await import('./app/sign-in.ts')).signIn(scope),
});
