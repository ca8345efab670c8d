import { expect, test } from 'vitest';
import { linkedAccess } from '../../../../local/cloud/roles/linked-access.ts';

test('an import from a registry of Azure needs to read that registry; one from elsewhere needs nothing more', () => {
  const action = 'Microsoft.ContainerRegistry/registries/importImage/action';

  const byId = linkedAccess(action, { source: { resourceId: '/registry', sourceImage: 'node' } });
  const byHost = linkedAccess(action, { source: { registryUri: 'docker.io', sourceImage: 'node' } });

  expect(byId).toEqual([{ action: 'Microsoft.ContainerRegistry/registries/read', scope: '/registry' }]);
  expect(byHost).toEqual([]);
});

test('who gives an identity to a container group needs to be allowed to assign it', () => {
  const body = { identity: { type: 'UserAssigned', userAssignedIdentities: { '/pull': {}, '/other': {} } } };

  const links = linkedAccess('Microsoft.ContainerInstance/containerGroups/write', body);

  const assign = 'Microsoft.ManagedIdentity/userAssignedIdentities/assign/action';
  expect(links).toEqual([
    { action: assign, scope: '/pull' },
    { action: assign, scope: '/other' },
  ]);
});

test.each([['no JSON'], [{}], [{ identity: { type: 'None' } }]])('links nothing for the body %j', (body) => {
  expect(linkedAccess('Microsoft.ContainerInstance/containerGroups/write', body)).toEqual([]);
});
