/** The deploy package, as `npm run build` makes it, in a folder of its own without a single package beside it: what runs there runs in Azure. */
import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repositoryRoot } from '../../local/layout.ts';
import { buildPackage } from '../../local/package/build.ts';
import type { ColdLoad } from '../../bench/package/cold-load.ts';
import { launchHost } from './host-process.ts';
import { startSystem } from './system.ts';

let folder: string;
let app: string;
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gated-import-package-')));
  app = join(folder, 'app');
  await buildPackage({ folder: app });
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

test('it registers the functions that the app registers without a package', async () => {
  const [built, unbundled] = await Promise.all([functionsOf(app), functionsOf(repositoryRoot)]);

  expect(built).toEqual(unbundled);
  expect(built).toEqual(expect.arrayContaining(['onImagePushed', 'runGate', 'moveStable', 'checkUpstreams']));
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
  const { stdout } = await promisify(execFile)(process.execPath, [program, folderOfApp], {
    cwd: folderOfApp,
    env: { ...process.env, ...Values },
  });
  return (JSON.parse(stdout) as ColdLoad).functions;
}
