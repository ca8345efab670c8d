/** What docs/promotion-record.md explains is what a record has. Its command is typed in by `page.test.ts`. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { EMPTY } from '../../../shared/domain/record/envelope.ts';
import { PREDICATE_TYPE, promotionRecord } from '../../../shared/domain/record/statement.ts';
import { digestOfBytes } from '../../../shared/record/digest-of-bytes.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const page = readFileSync(join(root, 'docs/promotion-record.md'), 'utf8');

test('the page explains every field of a record, and no field that is not there', () => {
  const table = page.slice(page.indexOf('| field'), page.indexOf('It is an [in-toto'));
  const explained = [...table.matchAll(/^\| ((?:`\w+`(?:, )?)+)/gm)].flatMap(
    ([, names = '']) => names.match(/\w+/g) ?? [],
  );

  expect(explained.toSorted((a, b) => a.localeCompare(b))).toEqual(
    Object.keys(promotionRecord.shape).toSorted((a, b) => a.localeCompare(b)),
  );
  expect(page).toContain(PREDICATE_TYPE);
});

test('the empty configuration is that of the OCI image specification', () => {
  expect(digestOfBytes(new TextEncoder().encode('{}'))).toBe(EMPTY.digest);
});
