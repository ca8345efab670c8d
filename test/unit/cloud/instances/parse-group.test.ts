import { expect, test } from 'vitest';
import { parseGroup } from '../../../../local/cloud/instances/parse-group.ts';

const container = (properties: object = {}, name = 'web') => ({
  name,
  properties: { image: 'localhost/web:1', resources: { requests: { cpu: 1, memoryInGB: 1.5 } }, ...properties },
});
const body = (properties: object = {}, group: object = {}) => ({
  location: 'westus',
  ...group,
  properties: { osType: 'Linux', containers: [container()], ...properties },
});
const refusalOf = (asked: unknown, name = 'app') => {
  const parsed = parseGroup(name, asked);
  return 'refusal' in parsed ? parsed.refusal : undefined;
};

test('takes a file of az container export, with its nulls and what only Azure says', () => {
  const exported = body(
    { provisioningState: 'Succeeded', instanceView: { state: 'Running' }, volumes: null },
    { apiVersion: '2023-05-01', name: 'app', type: 'Microsoft.ContainerInstance/containerGroups', tags: null },
  );

  expect(parseGroup('app', exported)).toEqual({ group: body() });
});

test.each<[string, object]>([
  ['properties.initContainers', body({ initContainers: [] })],
  ['properties.diagnostics', body({ diagnostics: {} })],
  ['properties.subnetIds', body({ subnetIds: [] })],
  ['properties.volumes.0.gitRepo', body({ volumes: [{ name: 'v', gitRepo: {} }] })],
  ['properties.containers.0.properties.securityContext', body({ containers: [container({ securityContext: {} })] })],
])('refuses %s by name', (path, asked) => {
  expect(refusalOf(asked)).toEqual({
    code: 'NotEmulated',
    message: expect.stringContaining(`${path}: is not emulated`),
  });
});

test.each<[string, object]>([
  ['only "Linux" is emulated', body({ osType: 'Windows' })],
  ['"Private" needs a virtual network', body({ ipAddress: { type: 'Private', ports: [] } })],
  ['at most 5 ports', body({ ipAddress: { type: 'Public', ports: [1, 2, 3, 4, 5, 6].map((port) => ({ port })) } })],
  ['container web: is there twice', body({ containers: [container(), container()] })],
  ['the name must match', body({ containers: [container({}, 'Not_A_Name')] })],
  ['mounts volume data', body({ containers: [container({ volumeMounts: [{ name: 'data', mountPath: '/data' }] })] })],
  ['needs either emptyDir or secret', body({ volumes: [{ name: 'v' }] })],
  ['needs either exec or httpGet', body({ containers: [container({ livenessProbe: { periodSeconds: 5 } })] })],
  [
    'needs either username and password, or identity',
    body({ imageRegistryCredentials: [{ server: 'r.example.com' }] }),
  ],
  [
    'its identity is not among',
    body({ imageRegistryCredentials: [{ server: 'r.example.com', identity: '/subscriptions/s/id' }] }),
  ],
  ['properties.containers.0.properties.image', body({ containers: [container({ image: undefined })] })],
  ['properties.volumes.0.secret.key', body({ volumes: [{ name: 'v', secret: { key: 'not base64!' } }] })],
])('refuses with: %s', (message, asked) => {
  expect(refusalOf(asked)).toEqual({ code: 'InvalidContainerGroup', message: expect.stringContaining(message) });
});

test('reports everything at once', () => {
  const refusal = refusalOf(body({ osType: 'Windows', initContainers: [] }, { location: undefined }));

  for (const part of ['location', 'osType', 'initContainers']) expect(refusal?.message).toContain(part);
});

test('refuses a name that a container could not have', () => {
  expect(refusalOf(body(), 'My App')?.message).toContain('the name must match');
});

test('refuses more credentials than containers', () => {
  const credential = { username: 'u', password: 'p' };
  const imageRegistryCredentials = ['a.example.com', 'b.example.com'].map((server) => ({ server, ...credential }));

  expect(refusalOf(body({ imageRegistryCredentials }))?.code).toBe('MoreImageRegistryCredentialsThanContainers');
});

test('takes an identity in another case for the same one', () => {
  const asked = body(
    { imageRegistryCredentials: [{ server: 'r.example.com', identity: '/SUBSCRIPTIONS/s/id' }] },
    { identity: { type: 'UserAssigned', userAssignedIdentities: { '/subscriptions/S/ID': {} } } },
  );

  expect(refusalOf(asked)).toBeUndefined();
});
