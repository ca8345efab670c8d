/** The local host with apps that lie elsewhere, as their authors left them: with their own packages, settings and files. */
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeEach, expect, test } from 'vitest';
import { fixture, launchHost } from './host-process.ts';

const ourPackages = fileURLToPath(new URL('../../node_modules', import.meta.url));

let folder = '';
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'host-apps-')));
  return () => rmSync(folder, { recursive: true });
});

function write(files: Record<string, string>): string {
  const app = join(folder, 'app');
  for (const [name, text] of Object.entries({ 'host.json': '{ "version": "2.0" }', ...files })) {
    const file = join(app, name);
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, text);
  }
  return app;
}

/** Copies of the two libraries in the app's node_modules; what they need in turn is linked, so that only they are the app's own. */
function install(app: string): void {
  for (const name of ['@azure/functions', 'durable-functions']) {
    cpSync(join(ourPackages, name), join(app, 'node_modules', name), { recursive: true });
    const manifest = JSON.parse(readFileSync(join(ourPackages, name, 'package.json'), 'utf8')) as {
      dependencies: Record<string, string>;
    };
    for (const dependency of Object.keys(manifest.dependencies)) {
      const link = join(app, 'node_modules', dependency);
      mkdirSync(dirname(link), { recursive: true });
      if (dependency !== '@azure/functions' && !existsSync(link)) symlinkSync(join(ourPackages, dependency), link);
    }
  }
}

const run = (app: string, environment = {}) => launchHost(['--app', app, '--port', '0'], { folder, environment });

const getJson = async (url: string): Promise<unknown> => (await fetch(url)).json();

const body = `
  app.setup({ capabilities: {} });
  app.http('about', {
    methods: ['GET'],
    handler: () => ({ jsonBody: { text: readFileSync('greeting.txt', 'utf8'), colour: process.env.COLOUR, size: process.env.SIZE } }),
  });
  app.http('switchedOff', { handler: () => ({ body: 'on' }) });
  app.http('start', {
    extraInputs: [df.input.durableClient()],
    handler: async (request, context) => {
      const client = df.getClient(context);
      return client.waitForCompletionOrCreateCheckStatusResponse(request, await client.startNew('parent'), {
        timeoutInMilliseconds: 20_000,
        retryIntervalInMilliseconds: 20,
      });
    },
  });
  df.app.orchestration('parent', function* (context) {
    return yield context.df.callSubOrchestrator('child', { n: 20 });
  });
  df.app.orchestration('child', function* (context) {
    return yield context.df.callActivity('addOne', context.df.getInput());
  });
  df.app.activity('addOne', { handler: ({ n }) => ({ n: n + 1 }) });
`;
const imports = `
  import { readFileSync } from 'node:fs';
  import { app } from '@azure/functions';
  import * as df from 'durable-functions';
`;
const requires = `
  const { readFileSync } = require('node:fs');
  const { app } = require('@azure/functions');
  const df = require('durable-functions');
`;
const typed = `
  interface Sum { n: number }
  export const zero: Sum = { n: 0 };
`;

test.each([
  [
    'a CommonJS app in JavaScript',
    { main: 'src/{functions/*.js,nothing.js}' },
    'src/functions/all.js',
    requires + body,
  ],
  ['an ES module app in JavaScript', { main: 'src/all.js', type: 'module' }, 'src/all.js', imports + body],
  ['an .mjs file in a CommonJS app', { main: 'all.mjs' }, 'all.mjs', imports + body],
  ['an ES module app in TypeScript', { main: 'src/*.ts', type: 'module' }, 'src/all.ts', imports + typed + body],
  [
    'a TypeScript app that does not say what its modules are',
    { main: 'src/*.ts' },
    'src/all.ts',
    imports + typed + body,
  ],
  [
    'a CommonJS file in TypeScript',
    { main: 'src/all.cts', type: 'module' },
    'src/all.cts',
    requires + 'interface Sum { n: number }' + body,
  ],
])('runs %s with its own packages, settings and files', async (_what, manifest, file, code) => {
  const loaded = `
    app.http('loaded', { handler: () => ({ jsonBody: Object.keys(${code.includes('require(') ? 'require' : 'createRequire(import.meta.url)'}.cache) }) });
  `;
  const createRequire = code.includes('require(') ? '' : "import { createRequire } from 'node:module';";
  const app = write({
    'package.json': JSON.stringify(manifest),
    [file]: createRequire + code + loaded,
    'greeting.txt': 'hello from a file',
    'local.settings.json': JSON.stringify({
      IsEncrypted: false,
      Values: { COLOUR: 'green', SIZE: 'small', 'AzureWebJobs.switchedOff.Disabled': 'true' },
    }),
  });
  install(app);

  const host = run(app, { SIZE: 'large' });
  const url = await host.ready;

  expect(await getJson(`${url}/api/about`)).toEqual({ text: 'hello from a file', colour: 'green', size: 'large' });
  expect(await getJson(`${url}/api/start`)).toEqual({ n: 21 });
  expect((await fetch(`${url}/api/switchedOff`)).status).toBe(404);
  const files = (await getJson(`${url}/api/loaded`)) as string[];
  const libraries = files.filter((name) => /@azure\/functions\/|durable-functions\//.test(name));
  expect(libraries.length).toBeGreaterThan(0);
  expect(libraries.filter((name) => !name.startsWith(join(app, 'node_modules')))).toEqual([]);
  expect(existsSync(join(app, '.local', 'host.sqlite'))).toBe(true);
});

test.each<[string, Record<string, string>, string]>([
  [
    'TypeScript that is not built',
    { 'package.json': '{ "main": "dist/*.js" }', 'tsconfig.json': '{}' },
    'matches no file; is it built (`npm run build` in its folder)?',
  ],
  [
    'packages that are not installed',
    { 'package.json': '{ "main": "a.js" }', 'a.js': "require('@azure/functions');" },
    "Cannot find module '@azure/functions'; are its packages installed (`npm install` in its folder)?",
  ],
  [
    'an app of the older programming model',
    { 'package.json': '{ "main": "a.js" }', 'a.js': 'module.exports = async () => {};', 'a/function.json': '{}' },
    'registers no function; if it has function.json files (programming model v3), Functions Core Tools',
  ],
  [
    'settings that are encrypted',
    { 'package.json': '{ "main": "a.js" }', 'local.settings.json': '{ "IsEncrypted": true, "Values": { "A": "x" } }' },
    'local.settings.json is encrypted; `func settings decrypt`',
  ],
])('says what to do about %s', async (_what, files, sentence) => {
  const { code, errors } = await run(write(files)).ended;

  expect(errors).toContain(sentence);
  expect(errors.trim().split('\n').length).toBeLessThanOrEqual(2);
  expect(code).toBe(1);
});

test('prints its help to stdout and ends with 0', async () => {
  const host = launchHost(['--help'], { folder });

  expect(await host.ended).toEqual({ code: 0, signal: null, errors: '' });
  expect(host.output()).toContain('npm run host -- --app <folder>');
});

test.each(['before', 'after'])(
  'a host that is killed right %s the commit of the last result of a sub-orchestration still tells the parent, once',
  async (moment) => {
    const args = ['--app', fixture('patterns'), '--port', '0', '--database', join(folder, 'host.sqlite')];
    const first = launchHost(args, { folder, crash: `${moment}-commit:install:2` });
    const begun = await fetch(`${await first.ready}/api/orchestrators/provisionDevices`, {
      method: 'POST',
      body: JSON.stringify({ devices: ['lamp', 'camera', 'lock'] }),
    });
    const { id } = (await begun.json()) as { id: string };
    expect((await first.ended).signal).toBe('SIGKILL');

    const url = await launchHost(args, { folder }).ready;

    const status = `${url}/durabletask/instances/${id}?showHistory=true`;
    await expect.poll(async () => (await fetch(status)).status, { timeout: 30_000 }).toBe(200);
    const { output, historyEvents } = (await getJson(status)) as {
      output: unknown;
      historyEvents: { EventType: string }[];
    };
    expect(output).toEqual(['lamp', 'camera', 'lock'].map((device) => ({ device, installed: true })));
    expect(historyEvents.filter(({ EventType }) => EventType === 'SubOrchestrationInstanceCompleted')).toHaveLength(3);
  },
);
