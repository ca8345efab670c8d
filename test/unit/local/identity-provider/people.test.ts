import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, expect, it, test } from 'vitest';
import { openPeople, readPeople } from '../../../../local/identity-provider/people.ts';
import { firstPeople } from '../../../../local/people.ts';

let file = '';
beforeEach(() => {
  const folder = mkdtempSync(join(tmpdir(), 'people-'));
  file = join(folder, 'people.json');
  return () => rmSync(folder, { recursive: true });
});

it('is made once, for its owner alone, with a secret of its own; and stays as somebody has edited it', () => {
  const made = openPeople(file, firstPeople);
  const [first] = firstPeople;
  writeFileSync(file, readFileSync(file, 'utf8').replace(first?.name ?? '', 'Vera Lindgren'));

  const again = openPeople(file, []);

  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(made.secret).toMatch(/^[0-9a-f]{64}$/);
  expect(again.secret).toBe(made.secret);
  expect(again.people.map(({ name }) => name)).toContain('Vera Lindgren');
});

it('has at least three people of different roles at first, and two release managers', () => {
  const roles = firstPeople.map((one) => one.roles.join());

  expect(new Set(roles).size).toBeGreaterThanOrEqual(3);
  expect(firstPeople.filter((one) => one.roles.includes('release-manager'))).toHaveLength(2);
});

test.each<[what: string, text: string, says: string]>([
  ['no JSON', 'people: []', 'cannot be read'],
  ['nobody', JSON.stringify({ secret: 'x'.repeat(32), people: [] }), 'people'],
  ['a short secret', JSON.stringify({ secret: 'x', people: firstPeople }), 'the secret is too short'],
  [
    'two people with one id',
    JSON.stringify({ secret: 'x'.repeat(32), people: [firstPeople[0], firstPeople[0]] }),
    'two people have the same id',
  ],
])('is refused with %s, by the name of the file', (_, text, says) => {
  writeFileSync(file, text);

  expect(() => readPeople(file)).toThrow(says);
  expect(() => readPeople(file)).toThrow(file);
});
