using '../subscriptions.bicep'

// The second stage of walkthrough.bicepparam, as its first stage names things.
param resourceGroupName = 'gated-import-walkthrough-rg'
param appName = 'gated-import-nv3akgmtkummu'
param storageName = 'gatednv3akgmtkummu'
param topicIds = map(
  ['quarantine', 'base', 'team', 'public'],
  role =>
    '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/gated-import-walkthrough-rg/providers/Microsoft.EventGrid/systemTopics/${role}-pushes'
)
param vaultName = 'gated-nv3akgmtkummu'
param publicRegistryPassword = readEnvironmentVariable('PUBLIC_REGISTRY_PASSWORD', 'none')
