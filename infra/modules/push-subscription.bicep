metadata name = 'Push subscription'
metadata description = 'Every push to a registry wakes the app.'

@description('Required. Name of the system topic of the registry.')
param topicName string

@description('Required. The function that is woken.')
param functionId string

@description('Required. The storage account that dead letters go to.')
param storageId string

resource topic 'Microsoft.EventGrid/systemTopics@2025-02-15' existing = { name: topicName }

resource pushes 'Microsoft.EventGrid/systemTopics/eventSubscriptions@2025-02-15' = {
  parent: topic
  // That of the app: two systems may share a registry, and so its topic.
  name: split(functionId, '/')[8]
  properties: {
    eventDeliverySchema: 'EventGridSchema'
    destination: {
      endpointType: 'AzureFunction'
      properties: { resourceId: functionId, maxEventsPerBatch: 1, preferredBatchSizeInKilobytes: 64 }
    }
    filter: { includedEventTypes: ['Microsoft.ContainerRegistry.ImagePushed'] }
    // A day is long enough: the sweep has seen by then what the event was about.
    retryPolicy: { maxDeliveryAttempts: 30, eventTimeToLiveInMinutes: 1440 }
    deadLetterWithResourceIdentity: {
      identity: { type: 'SystemAssigned' }
      deadLetterDestination: {
        endpointType: 'StorageBlob'
        properties: { resourceId: storageId, blobContainerName: 'dead-letters' }
      }
    }
  }
}
