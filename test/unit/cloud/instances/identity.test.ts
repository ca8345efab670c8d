import { expect, test } from 'vitest';
import { identityView } from '../../../../local/cloud/instances/identity.ts';
import type { CloudConfig } from '../../../../local/cloud/world.ts';

const config: CloudConfig = {
  instance: 'demo',
  subscription: 's',
  tenant: 'the-tenant',
  location: 'westus',
  ports: { arm: 1, identity: 2, events: 3, blobs: 4 },
  registries: [],
  vaults: [],
  addresses: '127.0.7',
  runnerImage: 'none',
  principals: [{ name: 'pulls', objectId: 'object-of-pulls', clientId: 'client-of-pulls', identityHeader: 'h' }],
};
const GUID = /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/;
const assigned = (name: string) =>
  `/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${name}`;

test('answers the ids of a principal that the cloud has', () => {
  const identity = { type: 'UserAssigned' as const, userAssignedIdentities: { [assigned('pulls')]: {} } };

  expect(identityView('/group', identity, config)).toEqual({
    type: 'UserAssigned',
    tenantId: 'the-tenant',
    userAssignedIdentities: {
      [assigned('pulls')]: { principalId: 'object-of-pulls', clientId: 'client-of-pulls' },
    },
  });
});

test('makes up ids for others, the same each time and different for each', () => {
  const idsOf = (name: string) =>
    identityView('/group', { type: 'UserAssigned', userAssignedIdentities: { [assigned(name)]: {} } }, config);

  expect(idsOf('one')).toEqual(idsOf('one'));
  expect(idsOf('one')).toMatchObject({
    userAssignedIdentities: { [assigned('one')]: { principalId: expect.stringMatching(GUID) } },
  });
  expect(JSON.stringify(idsOf('two')).replaceAll('two', 'one')).not.toBe(JSON.stringify(idsOf('one')));
});

test('gives each group a principal of its own when it asks for one', () => {
  const one = identityView('/group/one', { type: 'SystemAssigned' }, config);
  const two = identityView('/group/two', { type: 'SystemAssigned' }, config);

  expect(one).toMatchObject({ type: 'SystemAssigned', principalId: expect.stringMatching(GUID) });
  expect(one).not.toEqual(two);
});

test('answers nothing when there is none', () => {
  expect(identityView('/group', { type: 'None' }, config)).toBeUndefined();
});
