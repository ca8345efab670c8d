import { afterAll, beforeAll, expect, test } from 'vitest';
import { registryFinder } from '../../../shared/azure/find-registry.ts';
import { host } from '../../../shared/domain/reference.ts';
import { REGISTRIES, REGISTRY_ID, startWired, type Wired } from './wired-clients.ts';

let wired: Wired;
beforeAll(async () => {
  wired = await startWired();
});
afterAll(() => wired.wire.close());

const listed = (name: string, loginServer: string) => ({
  id: REGISTRY_ID.replace('/base', `/${name}`).replace('resourceGroups', 'resourcegroups'),
  ...{ name, location: 'westus', properties: { loginServer } },
});
const lists = () => wired.wire.requests.splice(0).filter(({ path }) => path.startsWith(REGISTRIES)).length;

test('finds a registry by its login server, over pages, with one list for all that ask at once', async () => {
  const next = { value: [listed('team', 'Team.example.io')] };
  wired.wire.on('GET', REGISTRIES, {
    status: 200,
    body: { value: [listed('base', 'base.example.io')], nextLink: `${wired.wire.url}/next` },
  });
  wired.wire.on('GET', '/next', { status: 200, body: next });
  const find = registryFinder(wired.clients);

  const hosts = ['base.example.io', 'team.example.io', 'base.example.io'].map((name) => host.parse(name));
  const places = await Promise.all(hosts.map((name) => find(name)));
  await find(host.parse('team.example.io'));

  expect(places.map(({ name, resourceGroup }) => `${resourceGroup}/${name}`)).toEqual([
    'imports-rg/base',
    'imports-rg/team',
    'imports-rg/base',
  ]);
  expect(lists()).toBe(1);
});

test('looks again for a registry that may be new', async () => {
  const find = registryFinder(wired.clients);
  wired.wire.on(
    'GET',
    REGISTRIES,
    { status: 200, body: { value: [] } },
    { status: 200, body: { value: [listed('late', 'late.example.io')] } },
  );

  await expect(find(host.parse('late.example.io'))).rejects.toThrow(/it sees none at all/);
  expect(await find(host.parse('late.example.io'))).toMatchObject({ name: 'late' });
});

test('a list that fails is trouble, and the next one is asked for', async () => {
  const find = registryFinder(wired.clients);
  wired.wire.on(
    'GET',
    REGISTRIES,
    { status: 429, headers: { 'Retry-After': '50' } },
    { status: 200, body: { value: [listed('base', 'base.example.io')] } },
  );

  await expect(find(host.parse('base.example.io'))).rejects.toMatchObject({
    code: 'ServiceTrouble',
    retryAfterSeconds: 50,
  });
  expect(await find(host.parse('base.example.io'))).toMatchObject({ name: 'base' });
});
