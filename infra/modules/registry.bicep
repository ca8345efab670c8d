metadata name = 'Registry of the system'
metadata description = 'A registry, new or existing: what the identities may do there, and the topic that says what is pushed to it.'

targetScope = 'subscription'

import { grants } from '../roles.bicep'
import { registryPlace, surroundings } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Which registry.')
param place registryPlace

@description('Required. The storage account that dead letters go to.')
param deadLetters { resourceGroup: string, storage: string }

// A registry that is base and team's at once has one topic, and a role that both need is given once, for the repositories of both.
var kind = place.byRepository ? 'ByRepository' : ''
var isSecond = place.isShared && place.role == 'team'
var ofTheOther = place.isShared ? map(grants['${isSecond ? 'base' : 'team'}${kind}'], each => '${each.to} ${each.role}') : []
var wanted = filter(grants['${place.role}${kind}'], each => !isSecond || !contains(ofTheOther, '${each.to} ${each.role}'))

module new 'new-registry.bicep' = if (!place.isThere) {
  scope: resourceGroup(place.resourceGroup)
  params: {
    location: place.location
    name: place.name
    byRepository: place.byRepository
    softDeleteDays: place.role == 'base' || place.role == 'team' ? 30 : 0
    workspaceId: around.workspaceId
    isPrivate: around.isPrivate && place.role != 'public'
  }
}

module access 'registry-access.bicep' = {
  scope: resourceGroup(place.resourceGroup)
  params: {
    registryName: place.name
    principals: around.principals
    grants: map(wanted, each => {
      ...each
      repositories: contains(ofTheOther, '${each.to} ${each.role}') ? place.repositoriesOfBoth : place.repositories
    })
    roleSeed: around.roleSeed
  }
  dependsOn: [new]
}

module events 'push-events.bicep' = if (!isSecond) {
  scope: resourceGroup(place.resourceGroup)
  params: {
    location: place.location
    registryName: place.name
    topicName: place.systemTopic
    isThere: place.systemTopicIsThere
    workspaceId: around.workspaceId
  }
  dependsOn: [new]
}

module deadLetterAccess 'dead-letter-access.bicep' = if (!isSecond) {
  scope: resourceGroup(deadLetters.resourceGroup)
  params: {
    storageName: deadLetters.storage
    topic: {
      id: resourceId(subscription().subscriptionId, place.resourceGroup, 'Microsoft.EventGrid/systemTopics', place.systemTopic)
      // Azure evaluates this also where the module is left out.
      principalId: isSecond ? '' : events!.outputs.principalId
    }
  }
}

output id string = access.outputs.id
output loginServer string = access.outputs.loginServer
