/** The command line where nothing of the repository is: the one file that `npm run build:cli` makes, and the program that lacks its packages. */
import { execFile } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, expect, test } from 'vitest';
import { repositoryRoot, walkthrough } from '../../../local/layout.ts';
import { buildCli } from '../../../local/package/build-cli.ts';

let folder: string;
beforeEach(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'gated-import-cli-')));
  return () => rm(folder, { recursive: true });
});

const variables = {
  PUBLIC_REGISTRY: 'contosopublic.azurecr.io',
  BASE_REGISTRY: 'contosobase.azurecr.io',
  TEAM_REGISTRY: 'contosoteam.azurecr.io',
  REPOSITORIES: 'https://example.com',
};
const run = (file: string, args: string[]) =>
  promisify(execFile)(process.execPath, [file, ...args], { cwd: folder, env: { ...process.env, ...variables } });
const refusedBy = (file: string, args: string[]): Promise<unknown> =>
  run(file, args).then(
    ({ stdout }) => stdout,
    (error: unknown) => error,
  );

test('one file checks a policy, verifies, and says what it does, with no package beside it', async () => {
  const file = await buildCli({ folder: join(folder, 'built') });

  const checked = await run(file, ['check', join(walkthrough, 'policy')]);
  const help = await run(file, ['--help']);
  const refused = await refusedBy(file, ['verify', 'contosobase.azurecr.io/node:15', '--key', 'none.pem']);

  expect(checked.stdout).toContain('is valid: 1 gate, 1 image, 1 app');
  expect(help.stdout).toContain('gated-import <command> [options]');
  expect(refused).toMatchObject({ code: 2, stderr: expect.stringContaining('none.pem') });
});

test('the program of the repository says what to type when its packages are not there', async () => {
  const program = join(folder, 'cli', 'gated-import.mjs');
  await mkdir(join(folder, 'cli'));
  await copyFile(join(repositoryRoot, 'cli', 'gated-import.mjs'), program);

  const without = await refusedBy(program, ['--help']);
  await mkdir(join(folder, 'node_modules'));
  const withoutNode = await refusedBy(program, ['--help']);

  expect(without).toMatchObject({ code: 1, stderr: expect.stringContaining(`run "npm install" in ${folder}`) });
  expect(withoutNode).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('"npm rebuild node --ignore-scripts=false"'),
  });
});
