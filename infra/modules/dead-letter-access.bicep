metadata name = 'Access to dead letters'
metadata description = 'Lets the identity of a system topic write what it could not deliver.'

import { builtInRoles } from '../roles.bicep'

@description('Required. Name of the storage account.')
param storageName string

@description('Required. Id and principal of the system topic.')
param topic { id: string, principalId: string }

resource container 'Microsoft.Storage/storageAccounts/blobServices/containers@2025-06-01' existing = {
  name: '${storageName}/default/dead-letters'
}

var role = 'Storage Blob Data Contributor'

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: container
  name: guid(container.id, topic.id, role)
  properties: {
    principalId: topic.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[role])
    description: 'dead letter: Event Grid writes what it could not deliver'
  }
}
