metadata name = 'Access of a task'
metadata description = 'What the identity of a build task may do in a registry.'

import { builtInRoles } from '../roles.bicep'

@description('Required. Name of the registry.')
param registryName string

@description('Required. Permissions of the registry are by repository.')
param byRepository bool

@description('Required. Id and principal of the task.')
param task { id: string, principalId: string }

@description('Required. The task pushes here what it builds; otherwise it only pulls.')
param pushes bool

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = { name: registryName }

var role = byRepository ? 'Container Registry Repository ${pushes ? 'Writer' : 'Reader'}' : pushes ? 'AcrPush' : 'AcrPull'

resource assignment 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  scope: registry
  name: guid(registry.id, task.id, role)
  properties: {
    principalId: task.principalId
    principalType: 'ServicePrincipal'
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[role])
    description: pushes ? 'push: what the task builds' : 'pull: the base that the task builds on'
  }
}
