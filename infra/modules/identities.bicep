metadata name = 'Identities'
metadata description = 'The two identities of the system: the app, and what container groups pull their image as.'

import { builtInRoles, grants, systemPrincipals } from '../roles.bicep'

@description('Required. Region.')
param location string

@description('Required. Names of the identities.')
param names { app: string, pull: string }

@description('Required. What the ids of role assignments are made from.')
param roleSeed string

resource app 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.app
  location: location
}

resource pull 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' = {
  name: names.pull
  location: location
}

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for grant in grants.pullIdentity: {
    scope: pull
    name: guid(pull.id, roleSeed, grant.to, grant.role)
    properties: {
      principalId: app.properties.principalId
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', builtInRoles[grant.role])
      description: grant.because
    }
  }
]

output principals systemPrincipals = { app: app.properties.principalId, pull: pull.properties.principalId }
output app { id: string, clientId: string } = { id: app.id, clientId: app.properties.clientId }
output pullId string = pull.id
