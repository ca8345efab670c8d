/** The closed system has ways: of the app to what is closed, of runs to their registry, and of both to the internet, where upstreams are. */
import { expect, it } from 'vitest';
import { ofType, resourcesOf, type Predicted } from './snapshot.ts';

const of = (type: string): Predicted[] => ofType('locked-down', `Microsoft.Network/${type}`);

interface Subnet {
  name: string;
  properties: { natGateway?: { id: string }; delegations?: { properties: { serviceName: string } }[] };
}
const [network] = of('virtualNetworks');
const subnets = network?.properties['subnets'] as Subnet[];
const subnet = (name: string) => subnets.find((each) => each.name === name)?.properties;
const [wayOut] = of('natGateways');

it('the app calls out from a subnet that Flex Consumption may use, and that leads to the internet', () => {
  const [site] = ofType('locked-down', 'Microsoft.Web/sites');

  expect(site?.properties['virtualNetworkSubnetId']).toBe(`${network?.id}/subnets/app`);
  expect(subnet('app')).toMatchObject({
    natGateway: { id: wayOut?.id },
    delegations: [{ properties: { serviceName: 'Microsoft.App/environments' } }],
  });
});

it('agents are in a subnet that leads to the internet', () => {
  const pools = ofType('locked-down', 'Microsoft.ContainerRegistry/registries/agentPools');

  expect(pools.map(({ properties }) => properties['virtualNetworkSubnetResourceId'])).toEqual(
    pools.map(() => `${network?.id}/subnets/agents`),
  );
  expect(subnet('agents')).toMatchObject({ natGateway: { id: wayOut?.id } });
});

it('each endpoint leads to one closed resource, and its name to the endpoint', () => {
  const targets = of('privateEndpoints').map(({ properties }) => {
    const [connection] = properties['privateLinkServiceConnections'] as {
      properties: { privateLinkServiceId: string };
    }[];
    return connection?.properties.privateLinkServiceId;
  });
  const named = of('privateEndpoints/privateDnsZoneGroups').map(({ id }) => id?.split('/').at(-3));

  const there = new Set(resourcesOf('locked-down').map(({ id }) => id));
  expect(targets.filter((id) => !there.has(id))).toEqual([]);
  expect(named).toEqual(of('privateEndpoints').map(({ id }) => id?.split('/').at(-1)));
});

it('every zone of names is asked from the network', () => {
  const links = of('privateDnsZones/virtualNetworkLinks');

  expect(links).toHaveLength(of('privateDnsZones').length);
  for (const { properties } of links) expect(properties['virtualNetwork']).toEqual({ id: network?.id });
});

it('registries are of the tier that can be closed, and open to the services of Azure that import and pull', () => {
  const registries = ofType('locked-down', 'Microsoft.ContainerRegistry/registries') as (Predicted & {
    sku: { name: string };
  })[];

  expect(registries.length).toBeGreaterThan(0);
  for (const { sku, properties } of registries) {
    expect(sku.name).toBe('Premium');
    expect(properties['networkRuleBypassOptions']).toBe('AzureServices');
  }
});
