import { generateKeyPairSync, sign, verify } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { derOf } from '../../../shared/record/signature-der.ts';

const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const hex = (text: string) => Uint8Array.from(Buffer.from(text.padStart(64, '0'), 'hex'));
const raw = (r: string, s: string) => Uint8Array.from([...hex(r), ...hex(s)]);

test('whatever is signed verifies after the change of form', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 40 }), (message) => {
      const signature = sign('sha256', message, { key: privateKey, dsaEncoding: 'ieee-p1363' });
      expect(verify('sha256', message, publicKey, derOf(signature))).toBe(true);
    }),
    { numRuns: 300 },
  );
});

test.each([
  ['as they are', raw('7f', '01'), '3006' + '02017f' + '020101'],
  ['with a zero in front where the first bit is set', raw('80', 'ff'), '3008' + '02020080' + '020200ff'],
  ['without the zeros of their length', raw('0102', '00ff01'), '3009' + '02020102' + '020300ff01'],
  ['a zero as one zero', raw('00', '01'), '3006' + '020100' + '020101'],
  ['at their longest', raw('ff'.repeat(32), 'ff'.repeat(32)), '3046' + `022100${'ff'.repeat(32)}`.repeat(2)],
])('writes numbers %s', (_, signature, expected) => {
  expect(Buffer.from(derOf(signature)).toString('hex')).toBe(expected);
});

test.each([0, 63, 65, 72])('refuses %i bytes: that is another form already', (length) => {
  expect(() => derOf(new Uint8Array(length))).toThrow(`and this has ${length}`);
});
