metadata name = 'Policy'
metadata description = 'Where the policy is uploaded to. An account of its own, because the host needs its own whole: here the app can only read.'

import { builtInRoles, grants } from '../roles.bicep'
import { surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Name, unique in the world.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Object ids of who may upload.')
param authors string[]

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
    networkAcls: { bypass: 'None', defaultAction: around.isPrivate ? 'Deny' : 'Allow' }
  }

  resource blobs 'blobServices' = {
    name: 'default'
    // What was in force before can be looked up, and put back.
    properties: { isVersioningEnabled: true }

    resource container 'containers' = { name: 'policy' }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: account::blobs
  name: 'workspace'
  properties: {
    workspaceId: around.workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'Transaction', enabled: true }]
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.policy: {
    scope: account::blobs::container
    name: guid(account.id, around.roleSeed, grant.to, grant.role)
    properties: {
      principalId: around.principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[grant.role])
      description: grant.because
    }
  }
]

// People, groups and pipelines: Azure looks up which.
resource authorAssignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for author in authors: {
    scope: account::blobs::container
    name: guid(account.id, around.roleSeed, author)
    properties: {
      principalId: author
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[grants.policyAuthors.role])
      description: grants.policyAuthors.because
    }
  }
]

output url string = '${account.properties.primaryEndpoints.blob}${account::blobs::container.name}'
