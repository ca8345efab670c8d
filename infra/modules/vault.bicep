metadata name = 'Key vault'
metadata description = 'Secrets that the policy names, and the key that promotion records are signed with. Access by role only.'

import { grants } from '../roles.bicep'
import { surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Name, unique in the world.')
@minLength(3)
@maxLength(24)
param name string

@description('Required. Name of the signing key.')
param signingKey string

@description('Required. Nobody can purge the vault for 90 days after it was deleted. It cannot be switched off again.')
param purgeProtection bool

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' = {
  name: name
  location: around.location
  properties: {
    tenantId: tenant().tenantId
    sku: { family: 'A', name: 'standard' }
    enableRbacAuthorization: true
    enableSoftDelete: true
    // The secrets are the app's: no deployment reads one.
    enabledForTemplateDeployment: false
    // It cannot be changed later, so it is what purge protection asks for; without that a vault can be purged on any day of them.
    softDeleteRetentionInDays: 90
    enablePurgeProtection: purgeProtection ? true : null
    publicNetworkAccess: around.isPrivate ? 'Disabled' : 'Enabled'
    networkAcls: { bypass: 'AzureServices', defaultAction: around.isPrivate ? 'Deny' : 'Allow' }
  }

  resource key 'keys' = {
    name: signingKey
    properties: { kty: 'EC', curveName: 'P-256', keyOps: ['sign', 'verify'] }
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

resource onVault 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.vault: {
    scope: vault
    name: guid(vault.id, around.roleSeed, grant.to, grant.role)
    properties: {
      principalId: around.principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(around.roleSeed, grant.role))
      description: grant.because
    }
  }
]

resource onKey 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.signingKey: {
    scope: vault::key
    name: guid(vault::key.id, around.roleSeed, grant.to, grant.role)
    properties: {
      principalId: around.principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(around.roleSeed, grant.role))
      description: grant.because
    }
  }
]

output url string = vault.properties.vaultUri
