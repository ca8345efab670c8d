/** `run.mjs` in a folder of its own, with an npm that only writes down that it was called. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const source = fileURLToPath(new URL('../../../local/setup', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-setup-'));
  await mkdir(join(folder, 'local', 'setup'), { recursive: true });
  for (const name of ['run.mjs', 'packages.mjs', 'lock.mjs']) {
    await cp(join(source, name), join(folder, 'local', 'setup', name));
  }
  await writeFile(join(folder, 'package-lock.json'), '{"lockfileVersion":3}');
  await mkdir(join(folder, 'bin'));
  await writeFile(
    join(folder, 'bin', 'npm'),
    '#!/bin/sh\necho "$@" >> npm-calls\n[ -e npm-slow ] && sleep 0.4\n[ ! -e npm-fails ] && mkdir -p node_modules/.bin\n',
    { mode: 0o755 },
  );
});
afterEach(() => rm(folder, { recursive: true }));

test('installs what the lock file says when nothing is installed', async () => {
  const { code, stderr } = await setUp('true');

  expect(code).toBe(0);
  expect(await calls()).toEqual(['ci --no-audit --no-fund --loglevel=error']);
  expect(stderr).toContain('Installing the npm packages');
});

test('installs nothing and says nothing the second time', async () => {
  await setUp('true');

  const { stderr } = await setUp('true');

  expect(await calls()).toHaveLength(1);
  expect(stderr).toBe('');
});

test('installs again when the lock file has changed', async () => {
  await setUp('true');
  await writeFile(join(folder, 'package-lock.json'), '{"lockfileVersion":3,"name":"changed"}');

  await setUp('true');

  expect(await calls()).toHaveLength(2);
});

test('installs once when it is run twice at the same time', async () => {
  await writeFile(join(folder, 'npm-slow'), '');

  const both = await Promise.all([setUp('true'), setUp('true')]);

  expect(both.map(({ code }) => code)).toEqual([0, 0]);
  expect(await calls()).toHaveLength(1);
});

test('takes over the lock of a set-up that was killed', async () => {
  await mkdir(join(folder, '.local'));
  await writeFile(join(folder, '.local', 'setup.lock'), '4194304999');

  const { code } = await setUp('true');

  expect(code).toBe(0);
  expect(await calls()).toHaveLength(1);
});

test('does not run the command when npm failed, and tries again the next time', async () => {
  await writeFile(join(folder, 'npm-fails'), '');
  const failed = await setUp('echo', 'ran');
  await rm(join(folder, 'npm-fails'));
  const mended = await setUp('echo', 'ran');

  expect(failed).toMatchObject({ code: 1, stdout: '' });
  expect(failed.stderr).toContain('"npm ci" failed');
  expect(mended).toMatchObject({ code: 0, stdout: 'ran\n' });
});

test('says what to type when the Node that npm brings is too old', async () => {
  await setUp('true');
  await mkdir(join(folder, 'node_modules', 'node'), { recursive: true });
  await writeFile(join(folder, 'node_modules', 'node', 'package.json'), '{"version":"22.17.1"}');
  await writeFile(join(folder, 'node_modules', '.bin', 'node'), '');

  const { code, stderr } = await setUp('true');

  expect(code).toBe(1);
  expect(stderr).toMatch(
    /^Node 22\.18 or newer is needed, and this is 22\.17\.1.* Run: npm rebuild node --ignore-scripts=false\n$/,
  );
});

test('keeps its own words out of the output of the command, and hands on its exit code', async () => {
  const { code, stdout } = await setUp('sh', '-c', 'echo \'{"json":true}\'; exit 42');

  expect(code).toBe(42);
  expect(stdout).toBe('{"json":true}\n');
});

test('runs programs of node_modules first', async () => {
  await setUp('true');
  await writeFile(join(folder, 'node_modules', '.bin', 'tool'), '#!/bin/sh\necho from node_modules\n', { mode: 0o755 });

  const { stdout } = await setUp('tool');

  expect(stdout).toBe('from node_modules\n');
});

test('hands a signal on, and ends as the command does', async () => {
  const { code, stdout } = await setUp(
    'sh',
    '-c',
    'trap "echo stopped; exit 5" TERM; kill -TERM $PPID; while :; do sleep 0.05; done',
  );

  expect(stdout).toBe('stopped\n');
  expect(code).toBe(5);
});

test('ends the command when the npm that started it is killed', async () => {
  await setUp('true');
  const npm = spawn(
    'sh',
    [
      '-c',
      'node local/setup/run.mjs sh -c \'trap "touch stopped; exit" TERM; touch up; while :; do sleep 0.05; done\'; :',
    ],
    { cwd: folder, env: { ...process.env, npm_lifecycle_event: 'start' }, stdio: 'ignore' },
  );
  await expect.poll(() => existsSync(join(folder, 'up')), { timeout: 15_000 }).toBe(true);

  npm.kill('SIGKILL');

  await expect.poll(() => existsSync(join(folder, 'stopped')), { timeout: 15_000 }).toBe(true);
});

test('names a command that does not exist', async () => {
  const { code, stderr } = await setUp('no-such-program');

  expect(code).toBe(127);
  expect(stderr).toContain('"no-such-program" could not be started');
});

interface Ended {
  code: number | null;
  stdout: string;
  stderr: string;
}

function setUp(...command: string[]): Promise<Ended> {
  const child = spawn(process.execPath, [join(folder, 'local', 'setup', 'run.mjs'), ...command], {
    cwd: folder,
    env: { PATH: [join(folder, 'bin'), process.env['PATH']].join(delimiter) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const ended: Ended = { code: null, stdout: '', stderr: '' };
  child.stdout.on('data', (chunk) => (ended.stdout += String(chunk)));
  child.stderr.on('data', (chunk) => (ended.stderr += String(chunk)));
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve({ ...ended, code }));
  });
}

async function calls(): Promise<string[]> {
  return (await readFile(join(folder, 'npm-calls'), 'utf8')).trimEnd().split('\n');
}
