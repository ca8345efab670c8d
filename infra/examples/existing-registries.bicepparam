using '../main.bicep'

// Both registries are there already. Promoted bases go to one with permissions of the old kind and a system topic of its own; images of ours
// are in one with permissions by repository, of which the system sees a part. Apps run in a group that is there already.
param environmentName = 'prod'
param location = 'westeurope'
param registries = {
  base: {
    id: '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/platform-rg/providers/Microsoft.ContainerRegistry/registries/contosobase'
    location: 'northeurope'
    byRepository: false
    systemTopic: 'contosobase-events'
  }
  team: {
    id: '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop-rg/providers/Microsoft.ContainerRegistry/registries/contososhop'
    location: 'westeurope'
    byRepository: true
    repositories: ['shop/', 'checkout/']
  }
}
param appGroups = [{ name: 'shop-rg', isThere: true }]
// A pipeline, and the people on call.
param policyAuthors = ['3f6f5b0e-1d0c-4a57-9c55-0b9d7a4d1e03', '3f6f5b0e-1d0c-4a57-9c55-0b9d7a4d1e04']
param alertEmails = ['platform@contoso.com']
