import { expect, test } from 'vitest';
import { assertWritable } from '../../../shared/azure/ledger-rules.ts';
import type { Change } from '../../../shared/ports/ledger.ts';

const put = (key: string): Change => ({ kind: 'put', key, ifMatch: 'any', open: true, schema: 1, data: {} });

test.each([
  ['a key with a slash', [put('a/b')], /row "a\/b".*forbids/],
  ['a key with a line break', [put('a\nb')], /forbids/],
  ['a key of 513 characters', [put('k'.repeat(513))], /more than 512 characters/],
  ['101 changes', Array.from({ length: 101 }, (_, index) => put(`row-${index}`)), /101 changes.*100 is the most/],
  ['one row twice', [put('gate'), put('gate')], /changed twice/],
  ['deleting what must not exist', [{ kind: 'delete', key: 'a', ifMatch: 'new' } as const], /cannot be deleted/],
  [
    'an ETag on a delete among others',
    [put('a'), { kind: 'delete', key: 'b', ifMatch: 'W/"1"' } as const],
    /must be alone/,
  ],
])('refuses %s', (_, changes, problem) => {
  expect(() => assertWritable('node', changes)).toThrow(problem);
});

test('lets a hundred changes through, and a guarded delete alone', () => {
  const hundred = Array.from({ length: 100 }, (_, index) => put(`row-${index}`));

  expect(() => assertWritable('node', hundred)).not.toThrow();
  expect(() => assertWritable('node', [{ kind: 'delete', key: 'b', ifMatch: 'W/"1"' }])).not.toThrow();
});
