import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  candidateDigest,
  candidateKey,
  digestKey,
  instanceId,
  orderedKey,
  parseInstanceId,
  parseRowKey,
  rowKey,
} from '../../../shared/domain/ids.ts';
import type { StoryKind } from '../../../shared/domain/ids.ts';
import { digest as digestSchema } from '../../../shared/domain/reference.ts';

// What Durable Functions and Table Storage refuse, said here once more and not taken from the code under test.
const ILLEGAL = /[/\\#?\u0000-\u001f\u007f-\u009f]/;

const name = fc.stringMatching(/^[a-z0-9-]{1,40}$/);
const story = fc.constantFrom<StoryKind[]>('gate', 'build', 'rollout');
const digest = fc.stringMatching(/^[0-9a-f]{64}$/).map((hex) => digestSchema.parse(`sha256:${hex}`));
const anyText = fc.oneof(
  fc.string({ minLength: 1, maxLength: 20 }),
  fc.string({ unit: 'grapheme', minLength: 1, maxLength: 5 }),
);
const parts = fc.array(anyText, { minLength: 1, maxLength: 4 }).map((list) => list as [string, ...string[]]);

describe('instance ids', () => {
  test('read as the story and the thing it looks after', () => {
    expect(instanceId('gate', 'node')).toBe('gate-node');
    expect(instanceId('rollout', 'hello-world')).toBe('rollout-hello-world');
  });

  test('are legal, and give story and name back', () => {
    fc.assert(
      fc.property(story, name, (kind, thing) => {
        const id = instanceId(kind, thing);

        expect(id.length).toBeLessThanOrEqual(100);
        expect(id).not.toMatch(ILLEGAL);
        expect(id).not.toMatch(/^@/);
        expect(parseInstanceId(id)).toEqual({ story: kind, name: thing });
      }),
    );
  });

  test.each(['Node', 'a/b', 'a_b', '', 'a'.repeat(41), '@a', 'a\n'])(
    'are not made from %j, which is no name',
    (text) => {
      expect(() => instanceId('gate', text)).toThrow(RangeError);
    },
  );

  test.each(['sweep', 'gate', 'gate-', 'gate-Node', 'gates-node', `gate-${'a'.repeat(41)}`, ''])(
    'cannot be read from %j',
    (text) => {
      expect(parseInstanceId(text)).toBeUndefined();
    },
  );
});

describe('row keys', () => {
  test('stay readable', () => {
    expect(rowKey('evidence', 'functional')).toBe('evidence:functional');
    expect(rowKey('platform', 'linux/amd64')).toBe('platform:linux~2Famd64');
  });

  test('are legal, and give their parts back', () => {
    fc.assert(
      fc.property(parts, (list) => {
        const key = rowKey(...list);

        expect(key).not.toMatch(ILLEGAL);
        expect(parseRowKey(key)).toEqual(list);
      }),
    );
  });

  test('differ when the parts differ', () => {
    fc.assert(
      fc.property(parts, parts, (one, other) => {
        expect(rowKey(...one) === rowKey(...other)).toBe(JSON.stringify(one) === JSON.stringify(other));
      }),
    );
  });

  test.each([
    [['a:b'], ['a', 'b']],
    [['a~3Ab'], ['a:b']],
    [['a%3Ab'], ['a:b']],
    [['~'], ['%7E']],
  ] as [[string], [string, ...string[]]][])('do not confuse %j with %j', (one, other) => {
    expect(rowKey(...one)).not.toBe(rowKey(...other));
  });

  test('are refused when a part is empty, and when they get too long', () => {
    expect(() => rowKey('a', '')).toThrow('A part of a row key is empty.');
    expect(rowKey('a'.repeat(512))).toHaveLength(512);
    expect(() => rowKey('a'.repeat(513))).toThrow('longer than 512');
  });

  test('are refused when a part is half a character', () => {
    expect(() => rowKey('\ud800')).toThrow(RangeError);
  });

  test.each(['', 'a:', ':a', 'a~2fb', 'a~41', 'a~zz', 'a%', 'a/b', 'a b'])(
    'are not read from %j, which rowKey never makes',
    (key) => {
      expect(() => parseRowKey(key)).toThrow(RangeError);
    },
  );

  test('sort as the numbers in them do', () => {
    fc.assert(
      fc.property(fc.maxSafeNat(), fc.maxSafeNat(), (a, b) => {
        expect(orderedKey(a) < orderedKey(b)).toBe(a < b);
        expect(Number(orderedKey(a))).toBe(a);
      }),
    );
  });

  test.each([-1, 1.5, NaN, Infinity, Number.MAX_SAFE_INTEGER + 1])('have no place for the number %d', (number) => {
    expect(() => orderedKey(number)).toThrow(RangeError);
  });
});

describe('keys of candidates', () => {
  test('hold the whole digest and give it back', () => {
    fc.assert(
      fc.property(digest, (value) => {
        const key = candidateKey(value);

        expect(key).not.toMatch(ILLEGAL);
        expect(key).toContain(digestKey(value));
        expect(digestKey(value)).toHaveLength(64);
        expect(candidateDigest(key)).toBe(value);
      }),
    );
  });

  test.each([
    'candidate',
    'candidate:',
    `candidate:${'a'.repeat(63)}`,
    `candidate:${'A'.repeat(64)}`,
    `evidence:${'a'.repeat(64)}`,
    `candidate:${'a'.repeat(64)}:x`,
  ])('are not read from %j', (key) => {
    expect(candidateDigest(key)).toBeUndefined();
  });
});
