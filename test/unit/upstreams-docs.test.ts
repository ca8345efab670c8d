/** The page about upstreams: its references are such, and its numbers are those of the code. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parseReference } from '../../shared/domain/reference.ts';
import { LONGEST_SILENCE_SECONDS, REQUEST_SECONDS, REQUESTS_AT_ONCE } from '../../shared/oci/limits.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/upstreams.md'), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| registry'));

test('each registry is there with a reference that is one', () => {
  const references = rows.flatMap((row) => /`([a-z0-9.-]+\.[a-z]+\/[a-z/-]+)`/.exec(row)?.[1] ?? []);

  expect(references).toHaveLength(7);
  for (const reference of references) expect(() => parseReference(reference)).not.toThrow();
});

test('how often a registry is asked is as it is', () => {
  expect(page).toContain(`A registry has ${REQUESTS_AT_ONCE} requests at once`);
  expect([LONGEST_SILENCE_SECONDS, REQUEST_SECONDS]).toEqual([3_600, 10]);
});
