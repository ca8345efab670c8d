/**
 * Makes node_modules what package-lock.json says, and makes sure that a Node new enough to run TypeScript is there.
 *
 * Plain JavaScript for Node 20, without a package. The hash of the lock file that was installed lies in node_modules itself, so a deleted
 * or half-installed folder is never taken for a whole one.
 */
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { withLock } from './lock.mjs';

/** Types are stripped without a flag and without a warning from here on: https://nodejs.org/api/typescript.html */
const LEAST_NODE = [22, 18];

export class SetUpError extends Error {
  code = 'SetUp';
}

/** Throws `SetUpError` with what to do. */
export async function preparePackages(root) {
  if (!isInstalled(root)) {
    await withLock(join(root, '.local', 'setup.lock'), () => {
      // Another process may have installed while this one waited.
      if (!isInstalled(root)) install(root);
    });
  }
  checkNode(root);
}

const stamp = (root) => join(root, 'node_modules', '.gated-import-setup');
const lockHash = (root) =>
  createHash('sha256')
    .update(readFileSync(join(root, 'package-lock.json')))
    .digest('hex');

function isInstalled(root) {
  try {
    return readFileSync(stamp(root), 'utf8').trim() === lockHash(root);
  } catch (error) {
    if (error.code === 'ENOENT') return false;
    throw error;
  }
}

function install(root) {
  console.error('Installing the npm packages of package-lock.json (npm ci); the first time this takes about a minute.');
  const hash = lockHash(root);
  const { status, error } = spawnSync('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    // npm deletes node_modules, so it must not be run by the Node that lies in there.
    env: { ...process.env, PATH: pathWithoutPackages() },
  });
  if (error) throw new SetUpError(`npm could not be started (${error.message}). Install npm, then run this again.`);
  if (status !== 0) throw new SetUpError('"npm ci" failed; what it said is above. Mend that, then run this again.');
  writeFileSync(stamp(root), `${hash}\n`);
}

const pathWithoutPackages = () =>
  (process.env.PATH ?? '')
    .split(delimiter)
    .filter((folder) => !folder.endsWith(join('node_modules', '.bin')))
    .join(delimiter);

function checkNode(root) {
  const version = nodeVersion(root);
  const [major, minor] = version.split('.').map(Number);
  if (major > LEAST_NODE[0] || (major === LEAST_NODE[0] && minor >= LEAST_NODE[1])) return;
  throw new SetUpError(
    `Node ${LEAST_NODE.join('.')} or newer is needed, and this is ${version}. The npm package "node" brings it, but its install script was ` +
      'not run (npm blocked it, or ignore-scripts is set). Run: npm rebuild node --ignore-scripts=false',
  );
}

/** Of the Node that commands will get: the one of the `node` package when its install script has run, else the one that runs this. */
function nodeVersion(root) {
  if (!existsSync(join(root, 'node_modules', '.bin', 'node'))) return process.versions.node;
  return JSON.parse(readFileSync(join(root, 'node_modules', 'node', 'package.json'), 'utf8')).version;
}
