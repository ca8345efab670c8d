import { describe, expect, it, test } from 'vitest';
import { tag } from '../../../shared/domain/reference.ts';
import { nextUniqueTag, uniqueTag } from '../../../shared/domain/unique-tag.ts';
import { A } from './gate-builders.ts';

const stable = tag.parse('15-alpine');
const facts = { stable, subject: A, run: 'ca7' };
const digest12 = 'aaaaaaaaaaaa';

describe('the unique tag of a promotion', () => {
  test.each([
    ['{stable}-{run}', '15-alpine-ca7'],
    ['{stable}-{digest12}', `15-alpine-${digest12}`],
    ['{run}', 'ca7'],
    ['{run}-{run}-{digest12}', `ca7-ca7-${digest12}`],
    ['v-{digest12}', `v-${digest12}`],
  ])('%s becomes %s', (template, expected) => expect(uniqueTag(template, facts)).toBe(expected));

  it('has the digest where there was no run', () => {
    expect(uniqueTag('{stable}-{run}', { stable, subject: A })).toBe(`15-alpine-${digest12}`);
  });

  it('is refused where it is no tag', () => {
    expect(() => uniqueTag('{stable}/{run}', facts)).toThrow('not a tag');
    expect(() => uniqueTag('{stable}-{run}', { ...facts, stable: tag.parse('x'.repeat(128)) })).toThrow('128 at most');
  });
});

describe('another name, when one is taken', () => {
  test.each([
    ['15-alpine-ca7', '15-alpine-ca7.2'],
    ['15-alpine-ca7.2', '15-alpine-ca7.3'],
    ['15-alpine-ca7.9', '15-alpine-ca7.10'],
    [`15-alpine-${digest12}`, `15-alpine-${digest12}.2`],
  ])('%s: %s', (taken, next) => expect(nextUniqueTag(tag.parse(taken))).toBe(next));

  it('is another one each time', () => {
    const names = new Set<string>();
    for (let name = tag.parse('15-alpine-ca7'), at = 0; at < 30; name = nextUniqueTag(name), at++) names.add(name);

    expect(names.size).toBe(30);
  });
});
