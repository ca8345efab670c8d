import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { SLOWEST } from '../slowest-first.ts';

test('the files that the tests begin with are there', () => {
  const missing = SLOWEST.filter((path) => !existsSync(join(import.meta.dirname, '../..', path)));

  expect(missing).toEqual([]);
});
