metadata name = 'Push events'
metadata description = 'The system topic of a registry, which says what is pushed. Azure allows one for each source, so an existing one is used again.'

@description('Required. Region of the registry.')
param location string

@description('Required. Name of the registry; its topic lies in the same resource group.')
param registryName string

@description('Required. Name of the topic.')
param topicName string

@description('Required. The topic is there already. It needs a system-assigned identity, to write dead letters with.')
param isThere bool

@description('Required. Where logs go.')
param workspaceId string

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = { name: registryName }

resource there 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = if (isThere) { name: topicName }

resource made 'Microsoft.EventGrid/systemTopics@2025-02-15' = if (!isThere) {
  name: topicName
  location: location
  identity: { type: 'SystemAssigned' }
  properties: { source: registry.id, topicType: 'Microsoft.ContainerRegistry.Registries' }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = if (!isThere) {
  scope: made
  name: 'workspace'
  properties: {
    workspaceId: workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

output principalId string = isThere ? there!.identity!.principalId : made!.identity!.principalId
