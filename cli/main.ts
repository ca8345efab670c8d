/** The command line of gated-import: the one place of it that reads the environment. */
import { run } from './run.ts';

process.exitCode = await run(process.argv.slice(2), {
  say: (line) => console.log(line),
  complain: (line) => console.error(line),
  environment: process.env,
  now: Date.now,
});
