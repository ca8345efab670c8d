/** `test/laws.md` says which test holds which law: what it names has to be there. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';

const LAWS = 10;

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const laws = read('test/laws.md')
  .split(/^## /m)
  .slice(1)
  .map((text) => ({
    title: text.split('\n', 1)[0] ?? '',
    tests: [...text.matchAll(/^- `(?<path>[^`]+)`: (?<name>.+)$/gm)].map(({ groups }) => ({
      path: groups?.['path'] ?? '',
      name: groups?.['name'] ?? '',
    })),
  }));

it('every law has its row, in order', () => {
  expect(laws.map(({ title }) => Number.parseInt(title, 10))).toEqual(Array.from({ length: LAWS }, (_, at) => at + 1));
});

describe.each(laws)('law $title', ({ tests }) => {
  it('is held by tests', () => expect(tests.length).toBeGreaterThan(0));

  test.each(tests)('$path has "$name"', ({ path, name }) => {
    expect(path).toMatch(/^test\/.*\.test\.ts$/);
    // As a title of its own, or as the title of a row of a table.
    expect(read(path)).toMatch(new RegExp(`['"\`](?:%s )?${escaped(name)}['"\`]`));
  });
});

const escaped = (text: string): string => text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
