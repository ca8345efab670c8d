/** `test/weaknesses.md` says which tests show that a known weakness is none here: each is there, and the first names the weakness in words. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, test } from 'vitest';

const NUMBERS = [1, 2, 3, 4, 5, 6, 7, 10, 11, 12, 13, 14, 15, 16, 17];

const read = (path: string) => readFileSync(fileURLToPath(new URL(`../../${path}`, import.meta.url)), 'utf8');

const weaknesses = read('test/weaknesses.md')
  .split(/^## W/m)
  .slice(1)
  .map((text) => {
    const [number = '', words = ''] = (text.split('\n', 1)[0] ?? '').split('. ');
    const tests = [...text.matchAll(/^- `(?<path>[^`]+)`: (?<name>.+)$/gm)];
    return {
      number: Number(number),
      words,
      tests: tests.map(({ groups }) => ({ path: groups?.['path'] ?? '', name: groups?.['name'] ?? '' })),
    };
  });

it('every weakness has its row, in order', () => {
  expect(weaknesses.map(({ number }) => number)).toEqual(NUMBERS);
});

describe.each(weaknesses)('W$number: $words', ({ number, words, tests }) => {
  test('a test names it in these words', () => {
    const [first] = tests;
    const named = new RegExp(`['"\`]W${number}, ${escaped(lowered(words))}:`);
    expect(first && read(first.path)).toMatch(named);
  });

  test.each(tests)('$path has "$name"', ({ path, name }) => {
    expect(path).toMatch(/^test\/.*\.ts$/);
    // The whole title, or what follows the name of the weakness in it.
    expect(read(path)).toMatch(new RegExp(`(?:['"\`](?:%s )?|: )${escaped(name)}['"\`]`));
  });
});

function lowered(words: string): string {
  return words.charAt(0).toLowerCase() + words.slice(1);
}
function escaped(text: string): string {
  return text.replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
