metadata name = 'gated-import: event subscriptions'
metadata description = 'The second stage: a subscription needs the function that it delivers to, so this comes after the app is deployed.'

targetScope = 'subscription'

@description('Required. Resource group of the system.')
param resourceGroupName string

@description('Required. Name of the function app.')
param appName string

@description('Required. Name of the storage account that dead letters go to.')
param storageName string

@description('Required. The system topics of the registries. Without its topic, what is pushed to a registry is seen by the next sweep only.')
@minLength(1)
param topicIds string[]

@description('Optional. Name of the key vault; needed with a password.')
param vaultName string = ''

@description('Optional. Password of the token "gated-import" of the walkthrough\'s public registry. Empty: what the vault has stays.')
@secure()
param publicRegistryPassword string = ''

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' existing = { name: resourceGroupName }

module subscriptions 'modules/push-subscription.bicep' = [
  for id in topicIds: {
    scope: resourceGroup(split(id, '/')[4])
    params: {
      topicName: split(id, '/')[8]
      functionId: resourceId(subscription().subscriptionId, resourceGroupName, 'Microsoft.Web/sites/functions', appName, 'onImagePushed')
      storageId: resourceId(subscription().subscriptionId, resourceGroupName, 'Microsoft.Storage/storageAccounts', storageName)
    }
  }
]

module upstreamLogin 'modules/upstream-login.bicep' = if (!empty(publicRegistryPassword)) {
  scope: group
  params: { vaultName: vaultName, username: 'gated-import', password: publicRegistryPassword }
}
