metadata name = 'Function app'
metadata description = 'The app, on Flex Consumption. It reaches its own storage, and everything else, as its identity.'

@description('Required. Region.')
param location string

@description('Required. Names; the one of the app is unique in the world, and storage knows it by its first 32 characters.')
param names { plan: string, app: string }

@description('Required. The identity of the app.')
param identity { id: string, clientId: string }

@description('Required. Endpoints of the storage account.')
param storage { blob: string, queue: string, table: string }

@description('Required. The container that the package is deployed to.')
param packageUrl string

@description('Required. Connection string of Application Insights; it holds no key that works.')
param insights string

@description('Required. Settings of the app itself.')
param settings object

@description('Required. Who signs people in: an app registration, or empty, and then one is made that the principal signs in for.')
param signIn { clientId: string, environmentName: string, principalId: string }

@description('Required. The subnet that the app calls out from; empty: none.')
param subnetId string

@description('Optional. Most instances at a time. Work is watched, not waited for, so few do.')
param maximumInstances int = 40

// Of the host. The worker, its version and where the package lies are no settings on this plan.
var hostSettings = {
  AzureWebJobsStorage__credential: 'managedidentity'
  AzureWebJobsStorage__clientId: identity.clientId
  AzureWebJobsStorage__blobServiceUri: storage.blob
  AzureWebJobsStorage__queueServiceUri: storage.queue
  AzureWebJobsStorage__tableServiceUri: storage.table
  APPLICATIONINSIGHTS_CONNECTION_STRING: insights
  APPLICATIONINSIGHTS_AUTHENTICATION_STRING: 'ClientId=${identity.clientId};Authorization=AAD'
}
// Signs the app in to Entra ID by its identity, in place of a client secret.
var assertionSetting = 'OVERRIDE_USE_MI_FIC_ASSERTION_CLIENTID'

var clientId = empty(signIn.clientId) ? registration!.outputs.clientId : signIn.clientId

module registration 'app-registration.json' = if (empty(signIn.clientId)) {
  params: {
    environmentName: signIn.environmentName
    hostName: app.properties.defaultHostName
    identityPrincipalId: signIn.principalId
  }
}

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: names.plan
  location: location
  kind: 'functionapp'
  sku: { name: 'FC1', tier: 'FlexConsumption' }
  properties: { reserved: true }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: names.app
  location: location
  kind: 'functionapp,linux'
  // How azd finds it.
  tags: { 'azd-service-name': 'app' }
  identity: { type: 'UserAssigned', userAssignedIdentities: { '${identity.id}': {} } }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    siteConfig: { minTlsVersion: '1.2' }
    functionAppConfig: {
      deployment: {
        storage: {
          type: 'blobContainer'
          value: packageUrl
          authentication: { type: 'UserAssignedIdentity', userAssignedIdentityResourceId: identity.id }
        }
      }
      scaleAndConcurrency: { maximumInstanceCount: maximumInstances, instanceMemoryMB: 2048 }
      runtime: { name: 'node', version: '22' }
    }
  }

  resource scm 'basicPublishingCredentialsPolicies' = {
    name: 'scm'
    properties: { allow: false }
  }

  resource ftp 'basicPublishingCredentialsPolicies' = {
    name: 'ftp'
    properties: { allow: false }
  }

  resource appSettings 'config' = {
    name: 'appsettings'
    properties: { ...hostSettings, ...settings, '${assertionSetting}': identity.clientId }
  }

  resource authentication 'config' = {
    name: 'authsettingsV2'
    properties: {
      platform: { enabled: true, runtimeVersion: '~1' }
      globalValidation: {
        requireAuthentication: true
        unauthenticatedClientAction: 'Return401'
        // Guarded by the host's own key. Event Grid writes it the second way, and Azure does not say whether case counts here.
        // Nothing else below /runtime is open: who got there could end orchestrations.
        excludedPaths: ['/runtime/webhooks/eventgrid', '/runtime/webhooks/EventGrid']
      }
      httpSettings: { requireHttps: true }
      login: { tokenStore: { enabled: false } }
      identityProviders: {
        azureActiveDirectory: {
          enabled: true
          registration: {
            clientId: clientId
            openIdIssuer: '${environment().authentication.loginEndpoint}${tenant().tenantId}/v2.0'
            clientSecretSettingName: assertionSetting
          }
          validation: {
            allowedAudiences: [
              clientId
              'api://${clientId}'
              'api://${tenant().tenantId}/gated-import-${signIn.environmentName}'
            ]
          }
        }
      }
    }
    dependsOn: [appSettings]
  }
}

output name string = app.name
output hostName string = app.properties.defaultHostName
