/** The local host as a process of its own: killed at the worst moments and started again, told to stop, and refusing to start. */
import { once } from 'node:events';
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import { fixture, launchHost, type HostProcess } from './host-process.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-crash-'));
  return () => rmSync(folder, { recursive: true });
});

function launch(options: { app?: string; port?: number; database?: string; crash?: string } = {}): HostProcess {
  const { app = fixture('esm-ts'), port = 0, database = join(folder, 'host.sqlite'), crash = '' } = options;
  return launchHost(['--app', app, '--port', String(port), '--database', database], { folder, crash });
}

const start = (url: string, lines: string[]) =>
  fetch(`${url}/durabletask/orchestrators/lines/lines-1`, {
    method: 'POST',
    body: JSON.stringify({ file: join(folder, 'lines.txt'), lines }),
  });

const runtimeStatus = async (url: string): Promise<unknown> => {
  const response = await fetch(`${url}/durabletask/instances/lines-1`);
  return ((await response.json()) as { runtimeStatus: string }).runtimeStatus;
};

function linesWritten(): string[] {
  const file = join(folder, 'lines.txt');
  return existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
}

const finishes = (url: string) => expect.poll(() => runtimeStatus(url), { timeout: 30_000 }).toBe('Completed');

describe('a host that is killed', () => {
  test.each([
    ['before', ['a', 'b', 'b', 'c'], 'runs the activity again, whose result was not kept yet'],
    ['after', ['a', 'b', 'c'], 'does not run the activity again, whose result was kept'],
  ])('right %s the commit of a result: %j (%s)', async (moment, written) => {
    const first = launch({ crash: `${moment}-commit:append:2` });
    await start(await first.ready, ['a', 'b', 'c']);
    expect((await first.ended).signal).toBe('SIGKILL');

    const url = await launch().ready;

    await finishes(url);
    expect(linesWritten()).toEqual(written);
  });

  test('at any moment, again and again, loses nothing and keeps the order', async () => {
    const lines = Array.from({ length: 150 }, (_, index) => `line ${index}`);
    const first = launch();
    await start(await first.ready, lines);
    let running = first;
    for (const afterMs of [3, 40, 90, 17, 150]) {
      await new Promise((resolve) => setTimeout(resolve, afterMs));
      running.kill('SIGKILL');
      await running.ended;
      if (running === first) expect(linesWritten().length).toBeLessThan(lines.length);
      running = launch();
      await running.ready;
    }

    await finishes(await running.ready);

    expect([...new Set(linesWritten())]).toEqual(lines);
  });
});

test('a host that is told to stop lets go of the database and ends with 0', async () => {
  const host = launch();
  await host.ready;

  host.kill('SIGTERM');

  expect(await host.ended).toEqual({ code: 0, signal: null, errors: '' });
  await launch().ready;
});

describe('a host that cannot start says why in one sentence', () => {
  const refuses = async (options: Parameters<typeof launch>[0], sentence: string) => {
    const { code, errors } = await launch(options).ended;
    expect(errors).toMatch(new RegExp(sentence));
    expect(errors).not.toContain('node:internal');
    expect(code).toBe(1);
  };

  test('when the port is in use', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    onTestFinished(() => void server.close());
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;

    await refuses({ port }, `port ${port} is in use`);
  });

  test('when another host has the database', async () => {
    await launch().ready;

    await refuses({}, 'host.sqlite is in use by another host');
  });

  test('when the app throws while it is loaded, with the place in the app', async () => {
    await refuses({ app: fixture('broken') }, 'settings are missing: LEDGER_ENDPOINT\n    at ');
  });

  test('when the app has an entity', async () => {
    await refuses(
      { app: fixture('entity') },
      'function "counter" has a trigger of type entityTrigger. Functions Core Tools',
    );
  });

  test.each([
    ['{ "version": "1.0" }', 'host.json: version: '],
    ['{ "version": "2.0", "functionTimeout": "soon" }', 'functionTimeout "soon" is not hh:mm:ss'],
    [
      '{ "version": "2.0", "extensions": { "durableTask": { "hubName": "%NO_SUCH%" } } }',
      'names %NO_SUCH%, which is not set',
    ],
    ['{', 'host.json: '],
  ])('when host.json is %s', async (hostJson, sentence) => {
    const app = join(folder, 'app');
    cpSync(fixture('commonjs'), app, { recursive: true });
    writeFileSync(join(app, 'host.json'), hostJson);

    await refuses({ app }, sentence);
  });

  test('when package.json names no file', async () => {
    const app = join(folder, 'app');
    cpSync(fixture('commonjs'), app, { recursive: true });
    writeFileSync(join(app, 'package.json'), '{ "main": "dist/*.js" }');

    await refuses({ app }, '"main" of .*package.json is "dist/\\*.js", which matches no file');
  });

  test('when the file of HOST_CRASH cannot be read', async () => {
    await refuses({ crash: 'sometimes' }, 'HOST_CRASH: a line of .* is "sometimes", not <before|after>-commit:');
  });
});
