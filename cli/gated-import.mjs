#!/usr/bin/env node
/**
 * Starts the command line on the Node of this folder, which runs TypeScript as it is, in the folder where it was called.
 *
 * Plain JavaScript for Node 20, because the Node that finds it may be the system's.
 */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = dirname(fileURLToPath(import.meta.url));
const packages = join(here, '..', 'node_modules');
const node = join(packages, '.bin', process.platform === 'win32' ? 'node.cmd' : 'node');
if (!existsSync(node)) {
  // npm may have been told to run no script of a package, or does not run them by itself.
  const command = existsSync(packages) ? 'npm rebuild node --ignore-scripts=false' : 'npm install';
  console.error(`gated-import is not set up: run "${command}" in ${dirname(here)} first`);
  process.exit(1);
}
const child = spawn(node, ['--disable-warning=ExperimentalWarning', join(here, 'main.ts'), ...process.argv.slice(2)], {
  stdio: 'inherit',
});
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
child.on('exit', (code, signal) => (process.exitCode = code ?? 128 + constants.signals[signal]));
