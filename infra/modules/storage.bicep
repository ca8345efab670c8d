metadata name = 'Storage'
metadata description = 'The storage account of the app: the host, Durable Functions, the ledger, reports of checks, the deployed package, dead letters. No shared keys.'

import { builtInRoles, grants } from '../roles.bicep'
import { surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Name, unique in the world.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Days after which a report of a check is deleted. The ledger keeps its verdict and reasons for ever.')
param reportDays int

resource account 'Microsoft.Storage/storageAccounts@2025-06-01' = {
  name: name
  location: around.location
  kind: 'StorageV2'
  sku: { name: 'Standard_LRS' }
  properties: {
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    networkAcls: { bypass: 'AzureServices', defaultAction: around.isPrivate ? 'Deny' : 'Allow' }
  }

  resource blobs 'blobServices' = {
    name: 'default'

    resource package 'containers' = { name: 'package' }
    resource deadLetters 'containers' = { name: 'dead-letters' }
  }

  resource queues 'queueServices' = { name: 'default' }
  resource tables 'tableServices' = { name: 'default' }
}

resource lifetimes 'Microsoft.Storage/storageAccounts/managementPolicies@2025-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'reports-end'
          type: 'Lifecycle'
          definition: {
            filters: { blobTypes: ['blockBlob'], prefixMatch: ['reports/'] }
            actions: { baseBlob: { delete: { daysAfterModificationGreaterThan: reportDays } } }
          }
        }
      ]
    }
  }
}

var logged = { logs: [{ categoryGroup: 'audit', enabled: true }], metrics: [{ category: 'Transaction', enabled: true }] }

resource blobLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobs
  name: 'workspace'
  properties: { workspaceId: around.workspaceId, ...logged }
}

resource queueLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::queues
  name: 'workspace'
  properties: { workspaceId: around.workspaceId, ...logged }
}

resource tableLogs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::tables
  name: 'workspace'
  properties: { workspaceId: around.workspaceId, ...logged }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.storage: {
    scope: account
    name: guid(account.id, around.roleSeed, grant.to, grant.role)
    properties: {
      principalId: around.principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[grant.role])
      description: grant.because
    }
  }
]

output endpoints { blob: string, queue: string, table: string } = {
  blob: account.properties.primaryEndpoints.blob
  queue: account.properties.primaryEndpoints.queue
  table: account.properties.primaryEndpoints.table
}
output packageUrl string = '${account.properties.primaryEndpoints.blob}${account::blobs::package.name}'
