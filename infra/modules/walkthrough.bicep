metadata name = 'Walkthrough'
metadata description = 'What only the walkthrough has: a publisher that builds a public base image, a team that builds on the promoted one, a page.'

import { registryPlace, surroundings, walkthroughOptions } from '../types.bicep'

@description('Required. What most modules need to know.')
param around surroundings

@description('Required. Where things are.')
param options walkthroughOptions

@description('Required. The registries: the simulated public one, the base, the team\'s.')
param registries { public: registryPlace, base: registryPlace, team: registryPlace }

@description('Required. Their login servers.')
param loginServers { public: string, base: string }

@description('Required. Names of the key vaults: that of the app, and the new one of the git token.')
param vaults { app: string, git: string }

@description('Required. For the key vaults: a git token for the repositories, and what the page says (a secret, to show how one gets there).')
@secure()
param secrets { gitToken: string, greeting: string }

@description('Required. Agent pool of the team\'s registry; empty: the agents of Azure.')
param agentPool string

resource public 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = {
  name: registries.public.name

  // Whoever follows a public image signs in there with a login of that registry, and not with an identity of Azure.
  resource scopeMap 'scopeMaps' = {
    name: 'gated-import'
    properties: {
      description: 'What gated-import reads'
      actions: ['repositories/node/content/read', 'repositories/node/metadata/read']
    }
  }

  // Its password is made by the hook after provisioning, because Azure shows it only then.
  resource login 'tokens' = {
    name: 'gated-import'
    properties: { scopeMapId: scopeMap.id, status: 'enabled' }
  }
}

resource appVault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaults.app

  resource greetingOfThePage 'secrets' = {
    name: 'hello-world-greeting'
    properties: { value: secrets.greeting }
  }
}

// The app gets every secret of its own vault that it knows the name of, and needs this one never.
module gitToken 'git-vault.bicep' = { params: { around: around, name: vaults.git, gitToken: secrets.gitToken } }

resource gitVault 'Microsoft.KeyVault/vaults@2025-05-01' existing = { name: vaults.git }

module nodeTask 'build-task.bicep' = {
  params: {
    location: registries.public.location
    registryName: registries.public.name
    byRepository: registries.public.byRepository
    name: 'base-image-node'
    repository: '${options.repositories}/base-image-node.git'
    gitToken: gitVault.getSecret('git-token')
    image: 'node:15-alpine'
    buildArguments: [{ name: 'BASE', value: '${loginServers.public}/busybox:1.36' }]
    otherRegistries: []
    onBaseImage: true
    schedule: options.?schedule ?? ''
    agentPool: ''
  }
  dependsOn: [gitToken]
}

module helloWorldTask 'build-task.bicep' = {
  scope: resourceGroup(registries.team.resourceGroup)
  params: {
    location: registries.team.location
    registryName: registries.team.name
    byRepository: registries.team.byRepository
    name: 'hello-world'
    repository: '${options.repositories}/hello-world.git'
    gitToken: gitVault.getSecret('git-token')
    image: 'hello-world:{{.Run.ID}}'
    buildArguments: [{ name: 'BASE_IMAGE', value: '${loginServers.base}/node:15-alpine' }]
    otherRegistries: [loginServers.base]
    onBaseImage: false
    schedule: ''
    agentPool: agentPool
  }
  dependsOn: [gitToken]
}

var task = {
  id: resourceId(registries.team.resourceGroup, 'Microsoft.ContainerRegistry/registries/tasks', registries.team.name, 'hello-world')
  principalId: helloWorldTask.outputs.principalId
}

module pullsBase 'task-access.bicep' = {
  scope: resourceGroup(registries.base.resourceGroup)
  params: {
    registryName: registries.base.name
    byRepository: registries.base.byRepository
    task: task
    pushes: false
  }
}

// In a registry of the old kind a run has a login of its own.
module pushesImage 'task-access.bicep' = if (registries.team.byRepository) {
  scope: resourceGroup(registries.team.resourceGroup)
  params: {
    registryName: registries.team.name
    byRepository: registries.team.byRepository
    task: task
    pushes: true
  }
}
