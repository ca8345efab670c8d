metadata name = 'Private network'
metadata description = 'The network of a closed system: the app calls out from it, storage, vault and registries are reached in it, runs have agents in it.'

import { registryPlace, surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Names: of the storage accounts, of the key vault, and of the agent pools.')
param names { storage: string, policy: string, vault: string, agentPool: string }

@description('Required. The registries that are closed.')
param registries registryPlace[]

@description('Optional. Address space, a /16 that overlaps with nothing it is to be peered with.')
param addressPrefix string = '10.83.0.0/16'

resource address 'Microsoft.Network/publicIPAddresses@2024-07-01' = {
  name: 'gated-import-out'
  location: around.location
  sku: { name: 'Standard' }
  properties: { publicIPAllocationMethod: 'Static' }
}

// Upstreams are on the internet, and so is Azure Resource Manager.
resource wayOut 'Microsoft.Network/natGateways@2024-07-01' = {
  name: 'gated-import-out'
  location: around.location
  sku: { name: 'Standard' }
  properties: { publicIpAddresses: [{ id: address.id }] }
}

resource network 'Microsoft.Network/virtualNetworks@2024-07-01' = {
  name: 'gated-import'
  location: around.location
  properties: {
    addressSpace: { addressPrefixes: [addressPrefix] }
    subnets: [
      {
        name: 'app'
        properties: {
          addressPrefix: cidrSubnet(addressPrefix, 24, 0)
          natGateway: { id: wayOut.id }
          delegations: [{ name: 'functions', properties: { serviceName: 'Microsoft.App/environments' } }]
        }
      }
      { name: 'endpoints', properties: { addressPrefix: cidrSubnet(addressPrefix, 24, 1) } }
      { name: 'agents', properties: { addressPrefix: cidrSubnet(addressPrefix, 24, 2), natGateway: { id: wayOut.id } } }
    ]
  }

  resource app 'subnets' existing = { name: 'app' }
  resource endpoints 'subnets' existing = { name: 'endpoints' }
  resource agents 'subnets' existing = { name: 'agents' }
}

var zones = {
  blob: 'privatelink.blob.${environment().suffixes.storage}'
  queue: 'privatelink.queue.${environment().suffixes.storage}'
  table: 'privatelink.table.${environment().suffixes.storage}'
  vault: 'privatelink.vaultcore.azure.net'
  registry: 'privatelink.azurecr.io'
}
var kinds = map(items(zones), zone => zone.key)
var storageId = resourceId('Microsoft.Storage/storageAccounts', names.storage)
var endpoints = concat(
  map(['blob', 'queue', 'table'], kind => { name: 'storage-${kind}', kind: kind, id: storageId }),
  [
    { name: 'policy', kind: 'blob', id: resourceId('Microsoft.Storage/storageAccounts', names.policy) }
    { name: 'vault', kind: 'vault', id: resourceId('Microsoft.KeyVault/vaults', names.vault) }
  ],
  map(registries, each => {
    name: each.role
    kind: 'registry'
    id: resourceId('Microsoft.ContainerRegistry/registries', each.name)
  })
)
// Runs are scheduled in quarantine, and in the team's registry; the base registry runs nothing.
var runsIn = map(filter(registries, each => each.role != 'base'), each => each.name)

resource dns 'Microsoft.Network/privateDnsZones@2024-06-01' = [for kind in kinds: { name: zones[kind], location: 'global' }]

resource links 'Microsoft.Network/privateDnsZones/virtualNetworkLinks@2024-06-01' = [
  for (kind, i) in kinds: {
    parent: dns[i]
    name: 'gated-import'
    location: 'global'
    properties: { virtualNetwork: { id: network.id }, registrationEnabled: false }
  }
]

resource privateEndpoints 'Microsoft.Network/privateEndpoints@2024-07-01' = [
  for each in endpoints: {
    name: 'gated-import-${each.name}'
    location: around.location
    properties: {
      subnet: { id: network::endpoints.id }
      privateLinkServiceConnections: [
        {
          name: each.kind
          properties: {
            groupIds: [each.kind]
            privateLinkServiceId: each.id
          }
        }
      ]
    }
  }
]

resource records 'Microsoft.Network/privateEndpoints/privateDnsZoneGroups@2024-07-01' = [
  for (each, i) in endpoints: {
    parent: privateEndpoints[i]
    name: 'default'
    properties: {
      privateDnsZoneConfigs: [
        {
          name: each.kind
          properties: { privateDnsZoneId: resourceId('Microsoft.Network/privateDnsZones', zones[each.kind]) }
        }
      ]
    }
    dependsOn: [dns]
  }
]

resource runRegistries 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = [for name in runsIn: { name: name }]

// The agents of Azure reach no closed registry.
resource agentPools 'Microsoft.ContainerRegistry/registries/agentPools@2025-03-01-preview' = [
  for (name, i) in runsIn: {
    parent: runRegistries[i]
    name: names.agentPool
    location: around.location
    properties: { count: 1, tier: 'S1', os: 'Linux', virtualNetworkSubnetResourceId: network::agents.id }
    // An agent looks for its registry when it starts; and Azure takes one change of a registry at a time.
    dependsOn: [records]
  }
]

output appSubnetId string = network::app.id
