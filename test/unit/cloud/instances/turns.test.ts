import { expect, test } from 'vitest';
import { newTurns } from '../../../../local/cloud/instances/turns.ts';

/** A promise that is settled by hand. */
function later(): { promise: Promise<void>; resolve: () => void } {
  const { promise, resolve } = Promise.withResolvers<undefined>();
  return { promise, resolve: () => resolve(undefined) };
}

test('lets one group wait for itself and not for another', async () => {
  const turns = newTurns();
  const order: string[] = [];
  const hold = later();

  const first = turns.take('a', async () => {
    await hold.promise;
    order.push('a1');
  });
  const second = turns.take('a', async () => void order.push('a2'));
  await turns.take('b', async () => void order.push('b'));
  hold.resolve();
  await Promise.all([first, second]);

  expect(order).toEqual(['b', 'a1', 'a2']);
});

test('hands what was thrown to its caller, and gives the next one its turn', async () => {
  const turns = newTurns();

  const failing = turns.take('a', () => Promise.reject(new Error('no')));

  expect(await turns.take('a', async () => 'mine')).toBe('mine');
  await expect(failing).rejects.toThrow('no');
});

test('is busy until the last turn has ended', async () => {
  const turns = newTurns();
  const hold = later();
  void turns.take('a', () => hold.promise);
  expect(turns.busy('a')).toBe(true);

  hold.resolve();
  await turns.idle();

  expect(turns.busy('a')).toBe(false);
});
