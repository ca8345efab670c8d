using '../subscriptions.bicep'

// The second stage of existing-registries.bicepparam, as its first stage names things.
param resourceGroupName = 'gated-import-prod-rg'
param appName = 'gated-import-prod'
param storageName = 'gatedprod'
param topicIds = [
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/gated-import-prod-rg/providers/Microsoft.EventGrid/systemTopics/quarantine-pushes'
  '/subscriptions/00000000-0000-4000-8000-000000000001/resourceGroups/platform-rg/providers/Microsoft.EventGrid/systemTopics/contosobase-events'
]
