import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { supervise, type Child, type ChildFailed } from '../../../local/processes/supervise.ts';

let folder: string;
let lines: string[];
let givenUp: ChildFailed[];
let child: Child | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gated-import-supervise-'));
  lines = [];
  givenUp = [];
  child = undefined;
});
afterEach(async () => {
  await child?.stop();
  await rm(folder, { recursive: true });
});

test('is ready when the ready line was printed, and logs all that is printed', async () => {
  const options = await script(
    `console.log('warming up'); console.log('thing ready on 1'); setInterval(() => {}, 1e6);`,
  );

  child = await supervise(options);
  await child.stop();

  expect(await readFile(options.logFile, 'utf8')).toBe('warming up\nthing ready on 1\n');
});

test('starts a killed child again, and says so', async () => {
  child = await supervise(await script(`console.log('thing ready'); setInterval(() => {}, 1e6);`));
  const first = child.pid;

  await child.kill('SIGKILL');

  expect(child.restarts).toBe(1);
  expect(child.pid).not.toBe(first);
  expect(lines).toEqual(['thing ended by SIGKILL; starting it again', 'thing is ready again']);
});

test('does not start a child again that was never ready, and shows the end of its log', async () => {
  const options = await script(`console.error('POLICY is missing'); process.exit(3);`);

  await expect(supervise(options)).rejects.toThrow(/thing ended with exit code 3.*\n {2}POLICY is missing/);

  expect(lines).toEqual([]);
});

test('does not start a child again whose end was to come', async () => {
  child = await supervise(await script(`console.log('thing ready'); setInterval(() => {}, 1e6);`));
  child.expectEnd();

  await child.kill('SIGINT');

  expect(isRunning(child.pid ?? 0)).toBe(false);
  expect(lines).toEqual([]);
});

test('gives up on a child that is not ready in time, and leaves no process', async () => {
  const options = await script(
    `require('node:fs').writeFileSync('${folder}/pid', String(process.pid)); setInterval(() => {}, 1e6);`,
  );

  await expect(supervise({ ...options, readyWithinMs: 2_000 })).rejects.toThrow('thing was not ready within 2 s');

  expect(isRunning(Number(await readFile(join(folder, 'pid'), 'utf8')))).toBe(false);
});

test('gives up on a child that dies at once again and again', async () => {
  const options = await script(`console.log('thing ready'); setTimeout(() => process.exit(7), 5);`);

  child = await supervise(options);

  await expect.poll(() => givenUp.length, { timeout: 15_000 }).toBe(1);
  expect(child.restarts).toBe(4);
  expect(givenUp[0]?.message).toContain(
    'thing ended with exit code 7, the 5th time in a row, and is not started again',
  );
});

test('ends a child that does not listen to SIGTERM, with its own deadline', async () => {
  const options = await script(
    `process.on('SIGTERM', () => {}); console.log('thing ready'); setInterval(() => {}, 1e6);`,
  );
  child = await supervise({ ...options, stopsWithinMs: 200 });
  const { pid } = child;

  await child.stop();

  expect(isRunning(pid ?? 0)).toBe(false);
});

test('a child ends when its parent is killed', async () => {
  const thing = await script(`console.log('thing ready'); setInterval(() => {}, 1e6);`);
  const source = new URL('../../../local/processes/supervise.ts', import.meta.url).href;
  const parent = await script(
    `import('${source}').then(({ supervise }) => supervise({ ...${JSON.stringify({ ...thing, readyLine: null })}, readyLine: /ready/, log() {}, onGivenUp() {} }))
      .then((child) => { require('node:fs').writeFileSync('${folder}/pid', String(child.pid)); console.log('parent ready'); });`,
    'parent',
  );
  child = await supervise({ ...parent, readyLine: /parent ready/ });
  const grandchild = Number(await readFile(join(folder, 'pid'), 'utf8'));

  await child.kill('SIGKILL');

  await expect.poll(() => isRunning(grandchild), { timeout: 15_000 }).toBe(false);
});

async function script(code: string, name = 'thing') {
  const file = join(folder, `${name}.cjs`);
  await writeFile(file, code);
  return {
    name,
    command: [file],
    environment: {},
    readyLine: /thing ready/,
    readyWithinMs: 15_000,
    logFile: join(folder, `${name}.log`),
    log: (line: string) => void lines.push(line),
    onGivenUp: (error: ChildFailed) => void givenUp.push(error),
  };
}

/** A process that has ended and was not yet collected by init still has its id; it does not run. */
function isRunning(pid: number): boolean {
  const { stdout } = spawnSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' });
  return stdout.trim() !== '' && !stdout.startsWith('Z');
}
