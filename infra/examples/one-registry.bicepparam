using '../main.bicep'

// One registry that is there already is both: promoted bases go to it, and images of ours are built and kept in it.
var shop = {
  id: '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/shop-rg/providers/Microsoft.ContainerRegistry/registries/contososhop'
  location: 'westeurope'
  byRepository: true
}

param environmentName = 'shop'
param location = 'westeurope'
param registries = { base: { ...shop, repositories: ['base/'] }, team: { ...shop, repositories: ['shop/'] } }
param appGroups = [{ name: 'shop-rg', isThere: true }]
param policyAuthors = ['3f6f5b0e-1d0c-4a57-9c55-0b9d7a4d1e05']
param alertEmails = ['shop@contoso.com']
