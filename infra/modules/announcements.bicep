metadata name = 'Announcements'
metadata description = 'The Event Grid topic that the app tells its decisions to, as CloudEvents. No keys.'

import { builtInRoles, grants } from '../roles.bicep'
import { surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Name, unique in the region.')
param name string

resource topic 'Microsoft.EventGrid/topics@2025-02-15' = {
  name: name
  location: around.location
  properties: { inputSchema: 'CloudEventSchemaV1_0', disableLocalAuth: true, minimumTlsVersionAllowed: '1.2' }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: topic
  name: 'workspace'
  properties: {
    workspaceId: around.workspaceId
    logs: [{ categoryGroup: 'allLogs', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.announcements: {
    scope: topic
    name: guid(topic.id, around.roleSeed, grant.to, grant.role)
    properties: {
      principalId: around.principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[grant.role])
      description: grant.because
    }
  }
]

output endpoint string = topic.properties.endpoint
