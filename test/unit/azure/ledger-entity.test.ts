import fc from 'fast-check';
import { expect, test } from 'vitest';
import { UnwritableRow } from '../../../shared/azure/errors.ts';
import { split, toEntity, toRow } from '../../../shared/azure/ledger-entity.ts';

const stored = (entity: object) => ({ etag: 'W/"1"', ...entity }) as Parameters<typeof toRow>[0];

test('puts a small row into one property', () => {
  const entity = toEntity('node', { key: 'gate', open: true, schema: 3, data: { sequence: 7 } });

  expect(entity).toEqual({ partitionKey: 'node', rowKey: 'gate', open: true, schema: 3, data: '{"sequence":7}' });
});

test('reads back what was split over several properties', () => {
  const data = { reasons: Array.from({ length: 6000 }, (_, index) => `reason ${index} ✓`) };

  const entity = toEntity('node', { key: 'candidate', open: false, schema: 1, data });

  expect(Object.keys(entity)).toContain('data2');
  expect(toRow(stored(entity))).toEqual({ key: 'candidate', etag: 'W/"1"', open: false, schema: 1, data });
});

test('no part is too long, no surrogate pair is cut, and together they are the text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), fc.integer({ min: 2, max: 9 }), (text, most) => {
      const parts = split(text, most);

      expect(parts.join('')).toBe(text);
      expect(parts.every((part) => part.length <= most && part.isWellFormed())).toBe(true);
    }),
  );
});

test('refuses a row of more than a megabyte, by its key and size', () => {
  const write = () => toEntity('node', { key: 'huge', open: true, schema: 1, data: 'x'.repeat(600_000) });

  expect(write).toThrow(UnwritableRow);
  expect(write).toThrow(/row "huge".*1\d{6} bytes.*1048576/);
});

test('says which row is not of this app', () => {
  const read = () => toRow(stored({ partitionKey: 'node', rowKey: 'stranger', colour: 'blue' }));

  expect(read).toThrow(/row "stranger" was not written by this app/);
});
