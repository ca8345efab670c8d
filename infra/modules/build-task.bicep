metadata name = 'Build task'
metadata description = 'An ACR task that builds the Dockerfile of a git repository, on each commit and by a schedule, and pushes to its own registry.'

@description('Required. Region of the registry.')
param location string

@description('Required. Name of the registry.')
param registryName string

@description('Required. Permissions of the registry are by repository: then a run has no login but that of the identity of its task.')
param byRepository bool

@description('Required. Name of the task.')
param name string

@description('Required. Address of the git repository; branch main.')
param repository string

@description('Required. Token that reads the repository and writes its webhooks.')
@secure()
param gitToken string

@description('Required. Image and tag; {{.Run.ID}} is the id of the run.')
param image string

@description('Required. Build arguments.')
param buildArguments { name: string, value: string }[]

@description('Required. Login servers of other registries, which the task signs in to by its identity.')
param otherRegistries string[]

@description('Required. A new image under the tag that was built on builds anew. Never for an image that gated-import builds.')
param onBaseImage bool

@description('Required. Five fields, in UTC; empty: none.')
param schedule string

@description('Required. Agent pool; empty: the agents of Azure, which reach no closed registry.')
param agentPool string

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = { name: registryName }

// A preview, because no stable version has sourceRegistry.identity.
resource task 'Microsoft.ContainerRegistry/registries/tasks@2025-03-01-preview' = {
  parent: registry
  name: name
  location: location
  identity: { type: 'SystemAssigned' }
  properties: {
    status: 'Enabled'
    platform: { os: 'Linux', architecture: 'amd64' }
    timeout: 600
    agentPoolName: empty(agentPool) ? null : agentPool
    step: {
      type: 'Docker'
      contextPath: '${repository}#main'
      contextAccessToken: gitToken
      dockerFilePath: 'Dockerfile'
      imageNames: [image]
      isPushEnabled: true
      arguments: [for each in buildArguments: { name: each.name, value: each.value, isSecret: false }]
    }
    trigger: {
      sourceTriggers: [
        {
          name: 'commit'
          status: 'Enabled'
          sourceTriggerEvents: ['commit']
          sourceRepository: {
            sourceControlType: 'Github'
            repositoryUrl: repository
            branch: 'main'
            sourceControlAuthProperties: { tokenType: 'PAT', token: gitToken }
          }
        }
      ]
      baseImageTrigger: onBaseImage ? { name: 'base-image', status: 'Enabled', baseImageTriggerType: 'Runtime' } : null
      timerTriggers: empty(schedule) ? [] : [{ name: 'schedule', status: 'Enabled', schedule: schedule }]
    }
    credentials: {
      sourceRegistry: byRepository ? { identity: '[system]' } : { loginMode: 'Default' }
      customRegistries: toObject(otherRegistries, server => server, server => { identity: '[system]' })
    }
  }
}

output principalId string = task.identity.principalId
