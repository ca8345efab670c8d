/**
 * `npm run demo`: plays the walkthrough on a system of its own, beside one that may run with `npm start`, and removes it again.
 *
 * `--json` prints the report; `--keep` keeps the system up after the last step, until Ctrl+C; `--package` plays it with the deploy package in
 * place of the app as it lies here.
 */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { repositoryRoot } from '../layout.ts';
import { startLocal } from '../local.ts';
import { buildPackage } from '../package/build.ts';
import { exitWith } from '../processes/exit-with.ts';
import { listenForStop } from '../processes/signals.ts';
import { removeLocal } from '../remove.ts';
import { createAsk } from './ask.ts';
import { hasPassed, play } from './play.ts';
import { table, writeReport } from './report.ts';
import { liveShow, plainShow } from './show.ts';
import { keep } from './steps/keep.ts';
import { cleanUp } from './steps/s14-clean-up.ts';
import { steps } from './steps.ts';

const reportFile = join(repositoryRoot, '.local', 'demo-report.json');
/** So that nobody has to wait long for one more. */
const SWEEP_EVERY_5_SECONDS = '*/5 * * * * *';
const directory = join(repositoryRoot, '.local', 'demo');
// What is said on the way must not get into the JSON.
const print = (line: string): void => console.error(line);

try {
  const flag = { type: 'boolean' } as const;
  const { values } = parseArgs({ options: { json: flag, keep: flag, package: flag } });
  const live = process.stdout.isTTY && !values.json;
  const { asked, orExit } = listenForStop();

  // What a killed demo has left; and a first start needs an empty place.
  await removeLocal(directory, { log: print });
  print(values.package ? 'starting a system for the demo, with the deploy package' : 'starting a system for the demo');
  const app = values.package
    ? (await buildPackage({ folder: join(repositoryRoot, '.local', 'demo-package') })).folder
    : repositoryRoot;
  const local = await orExit(
    startLocal({ directory, app, log: print, settings: { SWEEP_SCHEDULE: SWEEP_EVERY_5_SECONDS } }),
  );
  const report = await play({
    steps: [...steps, ...(values.keep ? [keep(asked)] : []), cleanUp],
    context: { local, ask: createAsk(local), memory: { sites: {} } },
    show: live ? liveShow : plainShow(print),
    record: (current) => writeReport(reportFile, current),
    interrupted: asked,
  });

  console.log(values.json ? JSON.stringify(report, undefined, 2) : `\n${table(report)}\n\nreport: ${reportFile}`);
  process.exitCode = hasPassed(report) ? 0 : 1;
} catch (error) {
  exitWith(error);
}
