metadata name = 'Group of apps'
metadata description = 'A resource group whose container groups the app deploys, new or existing, and what it may do there.'

targetScope = 'subscription'

import { appGroupOptions, surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Which group.')
param group appGroupOptions

@description('Required. Tags of a new group.')
param tags object

resource new 'Microsoft.Resources/resourceGroups@2025-04-01' = if (!group.isThere) {
  name: group.name
  location: around.location
  tags: tags
}

module access 'app-group-access.bicep' = {
  scope: resourceGroup(group.name)
  params: { principals: around.principals, roleSeed: around.roleSeed }
  dependsOn: [new]
}
