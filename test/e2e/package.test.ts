/**
 * The deploy package, as `npm run build` leaves it for azd in `dist/`, copied to a folder without a single package beside it: what runs there runs in
 * Azure. `.ci/run` plays the whole walkthrough with it.
 */
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../local/layout.ts';
import type { ColdLoad } from '../../bench/package/cold-load.ts';
import { launchHost } from './host-process.ts';
import { startSystem } from './system.ts';

const DIST = join(repositoryRoot, 'dist');
const run = promisify(execFile);

let folder: string;
let app: string;
/** Of `npm run build`. */
let said: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gated-import-package-')));
  app = join(folder, 'app');
  ({ stdout: said } = await run('npm', ['run', '--silent', 'build'], { cwd: repositoryRoot }));
  await cp(DIST, app, { recursive: true });
});
afterAll(() => rm(folder, { recursive: true, force: true }));

test('it is JavaScript, its source map, host.json, and what explains them, and names no folder of whoever built it', async () => {
  const texts = await Promise.all((await readdir(app)).map((file) => readFile(join(app, file), 'utf8')));

  expect((await readdir(app)).toSorted()).toEqual([
    '.funcignore',
    'LICENSE',
    'THIRD-PARTY-NOTICES.txt',
    'app.js',
    'app.js.map',
    'host.json',
    'index.js',
    'package.json',
  ]);
  expect(texts.filter((text) => text.includes(folder) || text.includes(repositoryRoot))).toEqual([]);
});

test('the build lists what it made, each with its size', async () => {
  const listed = [...said.matchAll(/^ *\d+\.\d KiB {2}(\S+)$/gm)].map(([, file = '']) => join(repositoryRoot, file));

  expect(listed).toEqual((await readdir(DIST)).map((file) => join(DIST, file)));
  expect(said).toMatch(/^the app and \d+ packages; to run it here: npm run host -- --app dist$/m);
});

test('it registers the functions that the app registers without a package', async () => {
  const [built, unbundled] = await Promise.all([functionsOf(app), functionsOf(repositoryRoot)]);

  expect(built).toEqual(unbundled);
  expect(built).toEqual(expect.arrayContaining(['onImagePushed', 'runGate', 'moveStable', 'checkUpstreams']));
});

test('its benchmark says its size and its cold load against the app without it, and its size is at most a tenth', async () => {
  const { stdout } = await run('npm', ['run', '--silent', 'bench', '--', 'package', '1'], { cwd: repositoryRoot });

  const ratios = /^size: .* MB, ratio (\d+\.\d+)\ncold load: .* ms, ratio \d+\.\d+\n/.exec(stdout);
  // How fast it loads depends on the machine, so only that it is said.
  expect(Number(ratios?.[1])).toBeLessThanOrEqual(0.1);
});

test('what goes wrong in it says in which .ts file', async () => {
  const host = launchHost(['--app', app, '--port', '0'], { folder });

  const { code, errors } = await host.ended;

  expect(code).toBe(1);
  expect(errors).toContain('SUBSCRIPTION_ID: is missing');
  expect(errors).toMatch(new RegExp(`${join(app, 'functions', 'index.ts')}:\\d+:\\d+`));
});

test('it sees a push, and promotes it', async () => {
  const system = await startSystem({ app });
  try {
    const digest = await system.pushUpstream('green');

    expect(await system.settled(digest, 'promoted')).toMatchObject({ state: 'settled' });
    await system.stable(digest);
    expect(await system.uniqueTags(digest)).toHaveLength(1);
  } finally {
    await system.destroy();
  }
});

/** By the rules of Azure's worker, with settings that are all there. */
async function functionsOf(folderOfApp: string): Promise<string[]> {
  const { Values } = JSON.parse(await readFile(join(repositoryRoot, 'local.settings.json.example'), 'utf8')) as {
    Values: Record<string, string>;
  };
  const program = join(repositoryRoot, 'bench', 'package', 'cold-load.ts');
  const { stdout } = await run(process.execPath, [program, folderOfApp], {
    cwd: folderOfApp,
    env: { ...process.env, ...Values },
  });
  return (JSON.parse(stdout) as ColdLoad).functions;
}
