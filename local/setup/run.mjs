/**
 * Sets this folder up and runs a command in it: `node local/setup/run.mjs [--with=containers,test-tools,bicep] <command…>`.
 *
 * Plain JavaScript for Node 20 with nothing installed, because it is what installs. Once everything is there it only looks, which takes
 * a tenth of a second. All it says goes to stderr, so that the command's stdout is the command's own.
 */
import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { preparePackages } from './packages.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');
const LOOK_FOR_NPM_EVERY_MS = 500;
const machineScript = join(root, 'local', 'setup', 'machine.ts');

const [needs, command] = readArguments(process.argv.slice(2));
try {
  await preparePackages(root);
} catch (error) {
  if (error?.code !== 'SetUp') throw error;
  console.error(error.message);
  process.exit(1);
}
if (needs.length > 0) {
  const code = await run('node', [machineScript, ...needs], { quiet: true });
  if (code !== 0) process.exit(code);
}
process.exitCode = await run(command[0], command.slice(1), { quiet: false });

function readArguments(given) {
  const wanted = [];
  while (given[0]?.startsWith('--with=')) wanted.push(...given.shift().slice('--with='.length).split(','));
  if (given.length > 0) return [wanted, given];
  console.error('usage: node local/setup/run.mjs [--with=containers,test-tools,bicep] <command…>');
  process.exit(2);
}

/** Answers the exit code, as a shell would: 128 and the signal's number when it was killed. */
function run(program, args, { quiet }) {
  let child;
  const forward = (signal) => child?.kill(signal);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  // Before the child is there: a signal that came in between would end this process alone.
  for (const signal of signals) process.on(signal, forward);
  child = spawn(program, args, {
    cwd: root,
    env: environment(),
    // The channel lets a Node program see that this process is gone, even when it was killed with -9.
    stdio: ['inherit', quiet ? 2 : 'inherit', 'inherit', ...(program === 'node' ? ['ipc'] : [])],
  });
  const parent = process.ppid;
  // npm that is told to end ends without a word to its script, whose parent is then another process.
  const orphaned = process.env.npm_lifecycle_event
    ? setInterval(() => process.ppid !== parent && forward('SIGTERM'), LOOK_FOR_NPM_EVERY_MS)
    : undefined;
  return new Promise((resolve) => {
    const finish = (code) => {
      clearInterval(orphaned);
      for (const signal of signals) process.off(signal, forward);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`"${program}" could not be started: ${error.message}`);
      finish(127);
    });
    child.on('exit', (code, signal) => finish(code ?? 128 + constants.signals[signal]));
  });
}

function environment() {
  // Node 22 says on every start that its SQLite is experimental; it is a choice we made, not news for whoever runs this.
  const options = [process.env.NODE_OPTIONS, '--disable-warning=ExperimentalWarning'];
  return {
    ...process.env,
    PATH: [join(root, 'node_modules', '.bin'), process.env.PATH].join(delimiter),
    NODE_OPTIONS: options.filter(Boolean).join(' '),
  };
}
