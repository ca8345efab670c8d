import { expect, test } from 'vitest';
import {
  allowed,
  mayListCatalog,
  onEveryRepository,
  SCOPE_MAP_ACTION,
  withCatalog,
} from '../../../../local/cloud/registry/rights.ts';

test.each([
  ['repositories/node/content/read', 'node', ['pull']],
  ['repositories/node/content/read', 'node/alpine', []],
  ['repositories/node/content/read', 'library/node', []],
  ['repositories/library/*/content/write', 'library/node', ['push']],
  ['repositories/library/*/content/write', 'library', []],
  ['repositories/library/*/content/write', 'library-of-others/node', []],
  ['repositories/*/content/delete', 'any/thing', ['delete']],
  ['repositories/node/metadata/read', 'node', ['metadata_read']],
  ['gateway/edge/config/read', 'edge', []],
])('%s on %s allows %j', (right, repository, actions) => {
  expect(allowed([right], repository)).toEqual(actions);
});

test.each([
  ['repositories/node/content/read', true],
  ['repositories/library/node/metadata/write', true],
  ['repositories/library/*/content/delete', true],
  ['repositories/*/content/write', true],
  ['repositories/no*e/content/read', false],
  ['repositories/*/node/content/read', false],
  ['repositories/node/content/execute', false],
  ['gateway/edge/config/read', false],
])('takes %s as an action of a scope map: %s', (action, taken) => {
  expect(SCOPE_MAP_ACTION.test(action)).toBe(taken);
});

test('of the logins by password only who may read about every repository gets the catalog', () => {
  expect(mayListCatalog(withCatalog(onEveryRepository(['metadata_read'])))).toBe(true);
  expect(mayListCatalog(withCatalog(onEveryRepository(['pull'])))).toBe(false);
  expect(mayListCatalog(withCatalog(['repositories/library/*/metadata/read']))).toBe(false);
});
