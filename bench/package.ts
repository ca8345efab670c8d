/**
 * What the deploy package is worth: its size, and how long a fresh process takes until all functions are registered, each against the app as it
 * lies here with the packages that it needs in production.
 *
 * Repeat: `node bench/package.ts [rounds]` (15 when not given). See README.md.
 */
import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual, promisify } from 'node:util';
import { repositoryRoot } from '../local/layout.ts';
import { buildPackage } from '../local/package/build.ts';
import type { ColdLoad } from './package/cold-load.ts';
import { bytesOfApp, bytesOfFolder } from './package/sizes.ts';
import { median, report, roundsAsked } from './report.ts';

const MEGABYTE = 1_000_000;

/** Settings that are all there, and reach nothing: an app only connects when it is asked something. */
const settings = (
  JSON.parse(readFileSync(join(repositoryRoot, 'local.settings.json.example'), 'utf8')) as { Values: NodeJS.ProcessEnv }
).Values;

/** In a process of its own, since modules are loaded once per process. */
async function coldLoad(app: string): Promise<ColdLoad> {
  const program = join(import.meta.dirname, 'package', 'cold-load.ts');
  const { stdout } = await promisify(execFile)(process.execPath, [program, app], {
    cwd: app,
    env: { ...process.env, ...settings },
  });
  return JSON.parse(stdout) as ColdLoad;
}

const rounds = roundsAsked('package', 15);
const folder = mkdtempSync(join(tmpdir(), 'bench-package-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
await buildPackage({ folder });

const measured: { packageMs: number; unbundledMs: number }[] = [];
// The first round brings the files into memory.
for (let round = 0; round <= rounds; round += 1) {
  const [unbundled, built] = [await coldLoad(repositoryRoot), await coldLoad(folder)];
  if (!isDeepStrictEqual(built.functions, unbundled.functions)) throw new Error('the package has other functions');
  if (round > 0) measured.push({ packageMs: built.ms, unbundledMs: unbundled.ms });
}
const [packageBytes, unbundledBytes] = [bytesOfFolder(folder), bytesOfApp(repositoryRoot)];
const figures = {
  rounds,
  packageBytes,
  unbundledBytes,
  sizeRatio: packageBytes / unbundledBytes,
  packageMs: median(measured.map(({ packageMs }) => packageMs)),
  unbundledMs: median(measured.map(({ unbundledMs }) => unbundledMs)),
  loadRatio: median(measured.map(({ packageMs, unbundledMs }) => packageMs / unbundledMs)),
};
const { sizeRatio, packageMs, unbundledMs, loadRatio } = figures;
console.log(
  `size: ${(packageBytes / MEGABYTE).toFixed(1)} MB, unbundled ${(unbundledBytes / MEGABYTE).toFixed(1)} MB, ratio ${sizeRatio.toFixed(3)}\n` +
    `cold load: ${packageMs.toFixed(0)} ms, unbundled ${unbundledMs.toFixed(0)} ms, ratio ${loadRatio.toFixed(2)}`,
);
report('package', figures);
