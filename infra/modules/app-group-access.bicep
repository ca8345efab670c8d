metadata name = 'Access to a group of apps'
metadata description = 'What the app may do in a resource group whose container groups it deploys.'

import { grants, systemPrincipals } from '../roles.bicep'

@description('Required. Who gets roles here.')
param principals systemPrincipals

@description('Required. What the ids of our own roles are made from.')
param roleSeed string

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.apps: {
    name: guid(resourceGroup().id, roleSeed, grant.to, grant.role)
    properties: {
      principalId: principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', guid(roleSeed, grant.role))
      description: grant.because
    }
  }
]
