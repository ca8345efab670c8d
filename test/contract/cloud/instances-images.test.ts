/** Which image a group gets, and with whose credential. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ContainerGroup } from '@azure/arm-containerinstance';
import {
  BASE,
  GROUPS,
  groupOf,
  openInstanceSystem,
  page,
  PORT_80,
  RESOURCE_GROUP,
  type InstanceSystem,
} from './instances-system.ts';
import { app, eventually } from './services.ts';

const IDENTITY = `/subscriptions/s/resourceGroups/rg/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${app.name}`;

let system: InstanceSystem;
beforeAll(async () => {
  system = await openInstanceSystem();
}, 120_000);
afterAll(() => system.close());

const pageOf = (text: string): string => `FROM ${BASE}
RUN mkdir /www && echo ${text} > /www/index.html
CMD ["httpd", "-f", "-p", "80", "-h", "/www"]
`;

const withPassword = (): Partial<ContainerGroup> => ({
  ...PORT_80,
  imageRegistryCredentials: [{ server: system.registry, ...system.login }],
});

const withIdentity = (): Partial<ContainerGroup> => ({
  ...PORT_80,
  identity: { type: 'UserAssigned', userAssignedIdentities: { [IDENTITY]: {} } },
  imageRegistryCredentials: [{ server: system.registry, identity: IDENTITY }],
});

test('pulls with a user name and a password', async () => {
  const image = await system.pushImage('by-password:1', { dockerfile: pageOf('by password') });

  const group = await system.deploy('by-password', groupOf({ image }, withPassword()));

  expect(await eventually(() => page(group))).toBe('by password\n');
});

test('pulls as an identity of the group, and answers who that is', async () => {
  const image = await system.pushImage('by-identity:1', { dockerfile: pageOf('by identity') });

  const group = await system.deploy('by-identity', groupOf({ image }, withIdentity()));

  expect(await eventually(() => page(group))).toBe('by identity\n');
  expect(group.identity?.userAssignedIdentities?.[IDENTITY]).toEqual({
    principalId: app.objectId,
    clientId: app.clientId,
  });
});

test('runs a digest, and says so', async () => {
  const image = await system.pushImage('by-digest:1', { dockerfile: pageOf('by digest') });
  const head = await fetch(`https://${system.registry}/v2/by-digest/manifests/1`, {
    method: 'HEAD',
    headers: {
      accept: 'application/vnd.docker.distribution.manifest.v2+json, application/vnd.oci.image.manifest.v1+json',
      authorization: `Basic ${Buffer.from(`${system.login.username}:${system.login.password}`).toString('base64')}`,
    },
  });
  const byDigest = `${image.replace(':1', '')}@${head.headers.get('docker-content-digest')}`;

  const group = await system.deploy('by-digest', groupOf({ image: byDigest }, withIdentity()));

  expect(group.containers[0]?.image).toBe(byDigest);
  expect(await eventually(() => page(group))).toBe('by digest\n');
});

test.each([
  ['the password is wrong', 'there:1', { password: 'wrong' }],
  ['the tag is not there', 'there:2', {}],
  ['the repository is not there', 'nowhere:1', {}],
])('refuses at once when %s', async (_, name, credential) => {
  await system.pushImage('there:1', { dockerfile: pageOf('there') });
  const image = `${system.registry}/${name}`;

  const refused = system.deploy(
    'inaccessible',
    groupOf({ image }, { imageRegistryCredentials: [{ server: system.registry, ...system.login, ...credential }] }),
  );

  await expect(refused).rejects.toMatchObject({
    statusCode: 400,
    code: 'InaccessibleImage',
    message: `The image '${image}' in container group 'inaccessible' is not accessible. Please check the image and registry credential.`,
  });
  expect(await system.arm('GET', `${GROUPS}/inaccessible`)).toMatchObject({ status: 404 });
});

test('refuses without a credential', async () => {
  const image = await system.pushImage('private:1', { dockerfile: pageOf('private') });

  await expect(system.deploy('anonymous', groupOf({ image }))).rejects.toMatchObject({ code: 'InaccessibleImage' });
});

test('keeps the old containers when the new image is refused', async () => {
  const image = await system.pushImage('lasting:1', { dockerfile: pageOf('lasting') });
  const group = await system.deploy('lasting', groupOf({ image }, withPassword()));
  await eventually(() => page(group));

  const refused = system.deploy('lasting', groupOf({ image: `${system.registry}/lasting:2` }, withPassword()));

  await expect(refused).rejects.toMatchObject({ code: 'InaccessibleImage' });
  expect(await page(group)).toBe('lasting\n');
  expect((await system.client.containerGroups.get(RESOURCE_GROUP, 'lasting')).containers[0]?.image).toBe(image);
});

test('refuses an identity that the group does not have', async () => {
  const refused = system.deploy(
    'stranger',
    groupOf({ image: BASE }, { ...withIdentity(), identity: { type: 'None' } }),
  );

  await expect(refused).rejects.toMatchObject({ statusCode: 400, message: expect.stringContaining('its identity') });
});

test('pulls a moved tag on restart, and not when the same is put again', async () => {
  const image = await system.pushImage('moving:1', { dockerfile: pageOf('before') });
  const specification = groupOf({ image }, withPassword());
  const group = await system.deploy('moving', specification);
  await system.pushImage('moving:1', { dockerfile: pageOf('after') });

  const again = await system.deploy('moving', specification);

  expect(await eventually(() => page(again))).toBe('before\n');

  await system.client.containerGroups.beginRestartAndWait(RESOURCE_GROUP, 'moving');

  const text = await eventually(async () => ((await page(group)) === 'after\n' ? 'after' : undefined));
  expect(text).toBe('after');
});
