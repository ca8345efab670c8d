/** What every ledger keeps. The fake that other tests stand on is held to the same as Table Storage. */
import { expect, test } from 'vitest';
import { UnwritableRow } from '../../../shared/azure/errors.ts';
import type { Change, Ledger } from '../../../shared/ports/ledger.ts';

let partitions = 0;
/** A partition of its own for each test, with every character that is legal and unusual. */
const newPartition = (): string => `it's %41 "${partitions++}" ✓`;

const put = (key: string, ifMatch: string, changes: Partial<Extract<Change, { kind: 'put' }>> = {}): Change => ({
  ...{ kind: 'put', key, ifMatch, open: true, schema: 2, data: { key } },
  ...changes,
});

export function keepsTheRulesOfALedger(name: string, open: () => Ledger): void {
  const etagOf = async (partition: string, key: string) => (await open().get('gates', partition, key))?.etag ?? 'none';
  const dataOf = async (partition: string, key: string) => (await open().get('gates', partition, key))?.data;

  test(`${name}: reads back what was written, and nothing that was not`, async () => {
    const partition = newPartition();
    const data = { text: 'ünï✓ "quoted" 💥', list: [1, null, { deep: true }], at: 1_700_000_000_123 };

    const written = await open().write('gates', partition, [put('gate', 'new', { data, open: false, schema: 5 })]);

    expect(written).toBe('written');
    expect(await open().get('gates', partition, 'gate')).toEqual({
      ...{ key: 'gate', open: false, schema: 5, data },
      etag: expect.stringMatching(/./),
    });
    expect(await open().get('gates', partition, 'other')).toBeUndefined();
    expect(await open().get('images', partition, 'gate')).toBeUndefined();
  });

  test(`${name}: keeps a row that is much longer than one property, and leaves nothing of it behind`, async () => {
    const partition = newPartition();
    const data = { log: '💥'.repeat(50_000) };

    await open().write('journal', partition, [put('long', 'new', { data })]);
    const long = await open().get('journal', partition, 'long');
    await open().write('journal', partition, [put('long', 'any', { data: { log: 'short' } })]);
    const short = await open().get('journal', partition, 'long');

    expect(long?.data).toEqual(data);
    expect(short?.data).toEqual({ log: 'short' });
  });

  test(`${name}: "new" is written once, of many that try`, async () => {
    const partition = newPartition();

    const tries = await Promise.all(
      [1, 2, 3, 4, 5].map((by) => open().write('gates', partition, [put('gate', 'new', { data: by })])),
    );

    expect(tries.toSorted()).toEqual(['conflict', 'conflict', 'conflict', 'conflict', 'written']);
  });

  test(`${name}: an ETag is worth one write`, async () => {
    const partition = newPartition();
    await open().write('gates', partition, [put('gate', 'new')]);
    const etag = await etagOf(partition, 'gate');

    const tries = await Promise.all(
      [1, 2, 3].map((by) => open().write('gates', partition, [put('gate', etag, { data: by })])),
    );

    expect(tries.toSorted()).toEqual(['conflict', 'conflict', 'written']);
    expect(await etagOf(partition, 'gate')).not.toBe(etag);
  });

  test(`${name}: an ETag of a row that is gone is a conflict`, async () => {
    const partition = newPartition();
    await open().write('gates', partition, [put('gate', 'new')]);
    const etag = await etagOf(partition, 'gate');
    await open().write('gates', partition, [{ kind: 'delete', key: 'gate', ifMatch: etag }]);

    expect(await open().write('gates', partition, [put('gate', etag)])).toBe('conflict');
    expect(await open().write('gates', partition, [{ kind: 'delete', key: 'gate', ifMatch: etag }])).toBe('conflict');
    expect(await open().write('gates', partition, [{ kind: 'delete', key: 'gate', ifMatch: 'any' }])).toBe('conflict');
  });

  test(`${name}: a delete under an old ETag deletes nothing`, async () => {
    const partition = newPartition();
    await open().write('gates', partition, [put('gate', 'new')]);
    const old = await etagOf(partition, 'gate');
    await open().write('gates', partition, [put('gate', old, { data: 'newer' })]);

    const written = await open().write('gates', partition, [{ kind: 'delete', key: 'gate', ifMatch: old }]);

    expect(written).toBe('conflict');
    expect(await dataOf(partition, 'gate')).toBe('newer');
  });

  test.each<[string, Change[]]>([
    ['one that must be new', [put('a', 'any', { data: 'changed' }), put('taken', 'new')]],
    ['one with an old ETag', [put('b', 'new'), put('a', 'any', { data: 'changed' }), put('taken', 'W/"old"')]],
    [
      'one to delete that is not there',
      [put('a', 'any', { data: 'changed' }), { kind: 'delete', key: 'none', ifMatch: 'any' }],
    ],
  ])(`${name}: writes nothing at all when a transaction fails at %s`, async (_, changes) => {
    const partition = newPartition();
    await open().write('gates', partition, [
      put('a', 'new', { data: 'first' }),
      put('taken', 'new', { data: 'first' }),
    ]);

    const written = await open().write('gates', partition, changes);

    expect(written).toBe('conflict');
    const rows = await open().rows('gates', partition);
    expect(rows.map(({ key, data }) => [key, data])).toEqual([
      ['a', 'first'],
      ['taken', 'first'],
    ]);
  });

  test(`${name}: writes, replaces and deletes in one transaction`, async () => {
    const partition = newPartition();
    await open().write('gates', partition, [put('gate', 'new'), put('done', 'new'), put('note', 'new')]);
    const etag = await etagOf(partition, 'gate');

    const written = await open().write('gates', partition, [
      put('gate', etag, { data: 'changed' }),
      put('note', 'any', { data: 'replaced' }),
      put('fresh', 'new', { data: 'fresh' }),
      { kind: 'delete', key: 'done', ifMatch: 'any' },
    ]);

    expect(written).toBe('written');
    const rows = await open().rows('gates', partition);
    expect(rows.map(({ key, data }) => [key, data])).toEqual([
      ['fresh', 'fresh'],
      ['gate', 'changed'],
      ['note', 'replaced'],
    ]);
  });

  test(`${name}: lists a partition in the order of its keys, only the open rows or only a range when asked`, async () => {
    const partition = newPartition();
    const keys = ['b', 'a', 'C', 'd', 'a-1'];
    await open().write(
      'gates',
      partition,
      keys.map((key) => put(key, 'new', { open: key !== 'b' })),
    );
    const list = async (options?: Parameters<Ledger['rows']>[2]) =>
      (await open().rows('gates', partition, options)).map(({ key }) => key);

    expect(await list()).toEqual(['C', 'a', 'a-1', 'b', 'd']);
    expect(await list({ openOnly: true })).toEqual(['C', 'a', 'a-1', 'd']);
    expect(await list({ from: 'a', to: 'b' })).toEqual(['a', 'a-1']);
    expect(await list({ from: 'a-1', openOnly: true })).toEqual(['a-1', 'd']);
    expect(await open().rows('gates', newPartition())).toEqual([]);
  });

  test(`${name}: writes a hundred rows at once, and lists more than a page of them`, async () => {
    const partition = newPartition();
    const hundred = (from: number) =>
      Array.from({ length: 100 }, (_, index) => put(`${from + index}`.padStart(5, '0'), 'new'));

    for (let from = 0; from < 1100; from += 100) await open().write('lineage', partition, hundred(from));

    expect(await open().rows('lineage', partition)).toHaveLength(1100);
  });

  test(`${name}: nothing to write is written`, async () => {
    expect(await open().write('gates', newPartition(), [])).toBe('written');
  });

  test(`${name}: refuses what Table Storage cannot do`, async () => {
    const writing = open().write('gates', 'node', [put('a/b', 'new')]);

    await expect(writing).rejects.toThrow(UnwritableRow);
  });
}
