metadata name = 'Custom roles'
metadata description = 'The definitions of our own roles, in the subscription.'

targetScope = 'subscription'

import { customRoles } from '../roles.bicep'

@description('Required. Distinguishes the roles of several environments: their names are unique in a tenant.')
param environmentName string

@description('Required. What the ids of the roles are made from; whoever assigns them makes the ids from the same.')
param roleSeed string

resource definitions 'Microsoft.Authorization/roleDefinitions@2022-04-01' = [
  for role in customRoles: {
    name: guid(roleSeed, role.name)
    properties: {
      roleName: '${role.name} (${environmentName})'
      description: role.description
      type: 'CustomRole'
      assignableScopes: [subscription().id]
      permissions: [{ actions: role.actions, notActions: [], dataActions: role.dataActions, notDataActions: [] }]
    }
  }
]
