import { expect, test } from 'vitest';
import { claim, missing, until } from '../../../../local/demo/until.ts';

test('answers what it waited for', async () => {
  let asked = 0;

  const found = await until('it is there', () => Promise.resolve(++asked === 2 ? 'found' : missing('nothing')), {
    withinSeconds: 3,
    askEveryMs: 1,
  });

  expect(found).toBe('found');
});

test('says what it waited for and what it saw instead', async () => {
  const look = () => Promise.resolve(missing({ digest: 'sha256:7e' }));

  await expect(until('the tag has moved', look, { withinSeconds: 0, askEveryMs: 1 })).rejects.toThrow(
    'after 0 s still not: the tag has moved; last seen: {"digest":"sha256:7e"}',
  );
});

test('does not wait out trouble', async () => {
  const look = () => Promise.reject(new Error('GET / was answered 500'));

  await expect(until('anything', look, { withinSeconds: 30 })).rejects.toThrow('GET / was answered 500');
});

test('a claim that does not hold shows what was seen', () => {
  expect(() => claim('the tag is locked', false, { writeEnabled: true })).toThrow(
    'not true: the tag is locked; seen: {"writeEnabled":true}',
  );
});
