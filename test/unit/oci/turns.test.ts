/** How many requests one registry has from us at once, whoever sends them. */
import { expect, test } from 'vitest';
import { host } from '../../../shared/domain/reference.ts';
import { REQUESTS_AT_ONCE } from '../../../shared/oci/limits.ts';
import { turns } from '../../../shared/oci/turns.ts';

const [DOCKER, QUAY] = [host.parse('docker.io'), host.parse('quay.io')];

/** Work that ends when it is told to. */
function held() {
  const ends: (() => void)[] = [];
  return {
    work: () => new Promise<void>((end) => ends.push(end)),
    begun: () => ends.length,
    endOne: () => ends.shift()?.(),
  };
}
const settled = () => new Promise((resolve) => setImmediate(resolve));

test('a registry never has more than so many, over everybody who asks', async () => {
  const takeTurn = turns();
  let [now, most] = [0, 0];
  const ask = () =>
    takeTurn(DOCKER, async () => {
      most = Math.max(most, ++now);
      await settled();
      now -= 1;
    });
  const batch = () => Promise.all(Array.from({ length: REQUESTS_AT_ONCE }, ask));

  await Promise.all([batch(), batch(), batch()]);

  expect({ now, most }).toEqual({ now: 0, most: REQUESTS_AT_ONCE });
});

test('another registry is not held up', async () => {
  const takeTurn = turns();
  const { work } = held();
  for (let count = 0; count <= REQUESTS_AT_ONCE; count += 1) void takeTurn(DOCKER, work);

  expect(await takeTurn(QUAY, async () => 'asked')).toBe('asked');
});

test('whoever waits longest is next, also after one that failed', async () => {
  const takeTurn = turns();
  const { work, begun, endOne } = held();
  const failing = takeTurn(DOCKER, async () => {
    await work();
    throw new Error('no answer');
  });
  for (let count = 1; count < REQUESTS_AT_ONCE; count += 1) void takeTurn(DOCKER, work);
  const order: string[] = [];
  const waiting = ['first', 'second'].map((name) => takeTurn(DOCKER, async () => void order.push(name)));
  await settled();
  expect(begun()).toBe(REQUESTS_AT_ONCE);
  expect(order).toEqual([]);

  endOne();

  await expect(failing).rejects.toThrow('no answer');
  await Promise.all(waiting);
  expect(order).toEqual(['first', 'second']);
});
