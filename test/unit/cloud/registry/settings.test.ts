import { expect, test } from 'vitest';
import { merged, refusedSettings } from '../../../../local/cloud/registry/management/settings.ts';

test.each([
  ['keeps what is not named', { a: 1, b: { c: 2, d: 3 } }, { b: { c: 4 } }, { a: 1, b: { c: 4, d: 3 } }],
  ['takes an empty object as no change', { b: { c: 2 } }, { b: {} }, { b: { c: 2 } }],
  ['takes null as removal', { a: 1, b: { c: 2, d: 3 } }, { a: null, b: { c: null } }, { b: { d: 3 } }],
  ['replaces lists whole', { a: [1, 2] }, { a: [3] }, { a: [3] }],
  ['puts an object in the place of a value', { a: 1 }, { a: { b: 2 } }, { a: { b: 2 } }],
])('a merge %s', (_, old, change, result) => {
  expect(merged(old, change)).toEqual(result);
});

test('names every setting that cannot be honoured, and none that can', () => {
  const body = {
    identity: { type: 'None' },
    properties: {
      publicNetworkAccess: 'enabled',
      anonymousPullEnabled: true,
      networkRuleSet: { defaultAction: 'Deny' },
      policies: { exportPolicy: { status: 'enabled' }, softDeletePolicy: { status: 'enabled' } },
    },
  };

  expect(refusedSettings(body)).toEqual([
    'properties.anonymousPullEnabled: true',
    'properties.networkRuleSet.defaultAction: Deny',
    'properties.policies.softDeletePolicy.status: enabled',
  ]);
});
