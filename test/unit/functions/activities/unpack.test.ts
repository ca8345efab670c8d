import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { expect, it } from 'vitest';
import { unpack } from '../../../../functions/activities/gate/checks/unpack.ts';

const packed = (bytes: Uint8Array) => ({
  base64: Buffer.from(bytes).toString('base64'),
  sha256: createHash('sha256').update(bytes).digest('hex'),
});

it('unpacks what was packed', () => {
  expect(unpack(packed(gzipSync('{"ä": 1}')))).toBe('{"ä": 1}');
});

it('unpacks no bomb', () => {
  const bomb = gzipSync(Buffer.alloc(33 * 1024 * 1024));

  expect(bomb.length).toBeLessThan(40_000);
  expect(unpack(packed(bomb))).toBeUndefined();
});

it('unpacks nothing that is not gzip, not whole, or not of this hash', () => {
  const good = gzipSync('hello');

  expect(unpack(packed(Buffer.from('hello')))).toBeUndefined();
  expect(unpack(packed(good.subarray(0, -4)))).toBeUndefined();
  expect(unpack({ ...packed(good), sha256: '0'.repeat(64) })).toBeUndefined();
  expect(unpack({ ...packed(good), base64: `${packed(good).base64} ` })).toBeUndefined();
});
