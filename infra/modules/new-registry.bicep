metadata name = 'Registry'
metadata description = 'A container registry without an admin user, without anonymous pull, and without a policy that deletes by itself.'

@description('Required. Region.')
param location string

@description('Required. Name, unique in the world.')
@minLength(5)
@maxLength(50)
param name string

@description('Required. Permissions by repository (ABAC), where only data roles count for images; a run then has no login of its own.')
param byRepository bool

@description('Required. Days that deleted manifests can be got back; 0: they are gone at once. Nothing is deleted by itself either way.')
@minValue(0)
@maxValue(90)
param softDeleteDays int

@description('Required. Where logs go.')
param workspaceId string

@description('Required. Closes the registry to the public network, and makes it Premium, which that needs.')
param isPrivate bool

// A preview, because no stable version has softDeletePolicy.
resource registry 'Microsoft.ContainerRegistry/registries@2025-06-01-preview' = {
  name: name
  location: location
  sku: { name: isPrivate ? 'Premium' : 'Standard' }
  properties: {
    adminUserEnabled: false
    anonymousPullEnabled: false
    roleAssignmentMode: byRepository ? 'AbacRepositoryPermissions' : 'LegacyRegistryPermissions'
    publicNetworkAccess: isPrivate ? 'Disabled' : 'Enabled'
    // Container groups pull, and one registry imports from another, as services that Azure trusts.
    networkRuleBypassOptions: 'AzureServices'
    policies: {
      softDeletePolicy: softDeleteDays > 0 ? { status: 'enabled', retentionDays: softDeleteDays } : { status: 'disabled' }
      // It would remove what is untagged, such as an image that runs by its digest, and excludes soft delete.
      retentionPolicy: { status: 'disabled' }
    }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: registry
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    logs: [
      { category: 'ContainerRegistryRepositoryEvents', enabled: true }
      { category: 'ContainerRegistryLoginEvents', enabled: true }
    ]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output id string = registry.id
output loginServer string = registry.properties.loginServer
