metadata name = 'Key vault of the git token'
metadata description = 'Apart from the vault of the app: no identity of the system has a role here, and nothing but a deployment reads it.'

import { surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Name, unique in the world.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. The git token that tasks build with. It is copied into them when they are deployed.')
@secure()
param gitToken string

// A walkthrough is put up again under its name, and whoever made the token can make another: so it can be purged.
resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: around.location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    enabledForTemplateDeployment: true
    softDeleteRetentionInDays: 7
    publicNetworkAccess: around.isPrivate ? 'Disabled' : 'Enabled'
    // A deployment comes in as a service that Azure trusts, also when the vault is closed; so it needs no private endpoint.
    networkAcls: { bypass: 'AzureServices', defaultAction: around.isPrivate ? 'Deny' : 'Allow' }
  }

  resource token 'secrets' = {
    name: 'git-token'
    properties: { value: gitToken }
  }
}

resource logs 'Microsoft.Insights/diagnosticSettings@2021-05-01-preview' = {
  scope: vault
  name: 'workspace'
  properties: {
    workspaceId: around.workspaceId
    logs: [{ categoryGroup: 'audit', enabled: true }]
    metrics: [{ category: 'AllMetrics', enabled: true }]
  }
}
