using 'subscriptions.bicep'

// What main.bicep has put out, as azd hands it to its hooks.
param resourceGroupName = readEnvironmentVariable('AZURE_RESOURCE_GROUP')
param appName = readEnvironmentVariable('APP_NAME')
param storageName = readEnvironmentVariable('STORAGE_NAME')
param topicIds = split(readEnvironmentVariable('PUSH_TOPIC_IDS'), ',')
param vaultName = readEnvironmentVariable('VAULT_NAME')
param publicRegistryPassword = readEnvironmentVariable('PUBLIC_REGISTRY_PASSWORD', '')
