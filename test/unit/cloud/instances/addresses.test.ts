import { expect, test } from 'vitest';
import { NoAddressLeft, openAddresses } from '../../../../local/cloud/instances/addresses.ts';
import { openStore } from '../../../../local/cloud/store.ts';

test('gives each name an address, and the same name the same one for ever', () => {
  const store = openStore(':memory:');
  const first = openAddresses(store, '127.0.7').of('web');

  const addresses = openAddresses(store, '127.0.7');

  expect(addresses.of('other')).toBe('127.0.7.2');
  expect(addresses.of('web')).toBe(first);
});

test('gives a new address when the range was changed', () => {
  const store = openStore(':memory:');
  openAddresses(store, '127.0.7').of('web');

  expect(openAddresses(store, '127.0.70').of('web')).toBe('127.0.70.1');
});

test('says so when the range is used up', () => {
  const addresses = openAddresses(openStore(':memory:'), '127.0.7');
  for (let group = 1; group <= 254; group++) addresses.of(`group-${group}`);

  expect(() => addresses.of('one-more')).toThrow(NoAddressLeft);
});
