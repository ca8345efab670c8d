metadata name = 'Monitoring'
metadata description = 'Log Analytics and Application Insights. Both take data from Entra identities only.'

import { builtInRoles, grants, systemPrincipals } from '../roles.bicep'

@description('Required. Region.')
param location string

@description('Required. Names of the resources.')
param names { workspace: string, insights: string }

@description('Required. Who gets roles here.')
param principals systemPrincipals

@description('Required. What the ids of role assignments are made from.')
param roleSeed string

@description('Optional. Days that logs are kept; more cost more.')
param retentionDays int = 30

resource workspace 'Microsoft.OperationalInsights/workspaces@2025-07-01' = {
  name: names.workspace
  location: location
  properties: {
    sku: { name: 'PerGB2018' }
    retentionInDays: retentionDays
    features: { disableLocalAuth: true }
  }
}

// Who asked what of the logs.
resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: workspace
  name: 'workspace'
  properties: {
    workspaceId: workspace.id
    logs: [{ category: 'Audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}

resource insights 'Microsoft.Insights/components@2020-02-02' = {
  name: names.insights
  location: location
  kind: 'web'
  properties: { Application_Type: 'web', WorkspaceResourceId: workspace.id, DisableLocalAuth: true }
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.telemetry: {
    scope: insights
    name: guid(insights.id, roleSeed, grant.to, grant.role)
    properties: {
      principalId: principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[grant.role])
      description: grant.because
    }
  }
]

output workspaceId string = workspace.id
output insightsId string = insights.id
@description('Names the component; it authenticates nobody, since local authentication is off.')
output connectionString string = insights.properties.ConnectionString
