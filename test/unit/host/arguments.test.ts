import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { beforeEach, expect, test } from 'vitest';
import { HELP, readArguments } from '../../../local/host/arguments.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-arguments-'));
  return () => rmSync(folder, { recursive: true });
});

test('takes paths relative to where it was called, and puts the database into the app by default', () => {
  const command = readArguments(['--app', basename(folder), '--port', '8080'], { from: dirname(folder) });

  expect(command).toEqual({
    kind: 'run',
    appFolder: folder,
    port: 8080,
    database: join(folder, '.local', 'host.sqlite'),
  });
});

test('uses the port of Functions Core Tools when none is given, and a database that is', () => {
  const run = (database: string) => readArguments(['--app', folder, '--database', database], { from: folder });

  expect(run(':memory:')).toMatchObject({ port: 7071, database: ':memory:' });
  expect(run('x/y.sqlite')).toMatchObject({ database: join(folder, 'x', 'y.sqlite') });
});

test('takes a file of people, relative to where it was called', () => {
  const command = readArguments(['--app', folder, '--people', 'people.json'], { from: folder });

  expect(command).toMatchObject({ people: join(folder, 'people.json') });
});

test('explains every option when asked, whatever else is said', () => {
  expect(readArguments(['--help', '--port', 'x'], { from: folder })).toEqual({ kind: 'help' });
  for (const option of ['--app', '--port', '--database', '--people', '--help']) expect(HELP).toContain(`  ${option}`);
});

test.each<[string, string[], string]>([
  ['an option that is not known', ['--app', '.', '--prot', '1'], "Unknown option '--prot'"],
  ['a word without an option', ['--app', '.', 'start'], "Unexpected argument 'start'"],
  ['an option without its value', ['--app'], "Option '--app <value>' argument missing"],
  ['no app', ['--port', '1'], '--app is missing: the folder of the function app'],
  ['a port that is a word', ['--app', '.', '--port', 'http'], '--port is "http", not a number from 0 to 65535'],
  ['a port that is too large', ['--app', '.', '--port', '65536'], '--port is "65536", not a number from 0 to 65535'],
])('refuses %s in one sentence', (_what, args, sentence) => {
  expect(() => readArguments(args, { from: folder })).toThrow(`${sentence} (--help says more)`);
});

test('refuses a folder that is not there', () => {
  const missing = join(folder, 'nowhere');

  expect(() => readArguments(['--app', missing], { from: folder })).toThrow(`--app: there is no folder ${missing}`);
});
