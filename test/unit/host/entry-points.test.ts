import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { entryPoints } from '../../../local/host/app/entry-points.ts';

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'host-entry-'));
  for (const file of ['index.js', 'dist/a.js', 'dist/b.mjs', 'dist/deep/c.js']) {
    mkdirSync(join(folder, dirname(file)), { recursive: true });
    writeFileSync(join(folder, file), '');
  }
  return () => rmSync(folder, { recursive: true });
});

test.each([
  ['index.js', ['index.js']],
  ['dist/*.js', ['dist/a.js']],
  ['dist/**/*.js', ['dist/a.js', 'dist/deep/c.js']],
  ['{dist/*.{js,mjs},index.js}', ['dist/a.js', 'dist/b.mjs', 'index.js']],
  ['{index.js,*.js}', ['index.js']],
  ['src/*.js', []],
])('%s', (main, files) => {
  expect(entryPoints(main, folder)).toEqual(files);
});
