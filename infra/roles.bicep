metadata name = 'Roles'
metadata description = 'Who may do what, and which call needs it: the one map of roles. docs/permissions.md is made from what comes of it.'

/* Management actions and data actions of Azure: https://learn.microsoft.com/azure/role-based-access-control/resource-provider-operations */

@export()
@description('Built-in roles by name: https://learn.microsoft.com/azure/role-based-access-control/built-in-roles')
var builtInRoles = {
  AcrDelete: 'c2f4ef07-c644-48eb-af81-4b1b4947fb11'
  AcrPull: '7f951dda-4ed3-4680-a7ca-43fe172d538d'
  AcrPush: '8311e382-0749-4cb8-b61a-304f252e45ec'
  'Container Registry Repository Reader': 'b93aa761-3e63-49ed-ac28-beffa264f7ac'
  'Container Registry Repository Writer': '2a1e307c-b015-4ebd-883e-5b7698a07328'
  'EventGrid Data Sender': 'd5a91429-5739-47e2-a06b-3470a27159e7'
  'Managed Identity Operator': 'f1a07417-d97a-45cb-824c-7a7467783830'
  'Monitoring Metrics Publisher': '3913510d-42f4-4e42-8a64-420c390055eb'
  'Storage Blob Data Contributor': 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
  'Storage Blob Data Reader': '2a2b9908-6ea1-4ae2-8e65-a410df84e7d1'
  'Storage Blob Data Owner': 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
  'Storage Queue Data Contributor': '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
  'Storage Table Data Contributor': '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
}

@export()
@description('Roles of our own, where every built-in one allows more.')
var customRoles = [
  {
    name: 'gated-import importer'
    description: 'Imports images into a registry, whose own login server it may look up.'
    actions: [
      'Microsoft.ContainerRegistry/registries/read'
      'Microsoft.ContainerRegistry/registries/importImage/action'
      'Microsoft.ContainerRegistry/registries/operationStatuses/read'
    ]
    dataActions: []
  }
  {
    name: 'gated-import locker'
    description: 'Locks and unlocks tags and manifests of a registry whose permissions are not by repository.'
    actions: [
      'Microsoft.ContainerRegistry/registries/read'
      'Microsoft.ContainerRegistry/registries/metadata/read'
      'Microsoft.ContainerRegistry/registries/metadata/write'
    ]
    dataActions: []
  }
  {
    name: 'gated-import run operator'
    description: 'Starts, watches and cancels runs, and reads their logs. Changes no task and no agent pool.'
    actions: [
      'Microsoft.ContainerRegistry/registries/read'
      'Microsoft.ContainerRegistry/registries/tasks/read'
      'Microsoft.ContainerRegistry/registries/scheduleRun/action'
      'Microsoft.ContainerRegistry/registries/listBuildSourceUploadUrl/action'
      'Microsoft.ContainerRegistry/registries/runs/read'
      'Microsoft.ContainerRegistry/registries/runs/listLogSasUrl/action'
      'Microsoft.ContainerRegistry/registries/runs/cancel/action'
    ]
    dataActions: []
  }
  {
    name: 'gated-import group runner'
    description: 'Creates and changes container groups. Deletes none, and gets into none.'
    actions: [
      'Microsoft.ContainerInstance/containerGroups/read'
      'Microsoft.ContainerInstance/containerGroups/write'
    ]
    dataActions: []
  }
  {
    name: 'gated-import secret reader'
    description: 'Gets secrets by name. Key Vault Secrets User would list the names of all of them as well.'
    actions: []
    dataActions: ['Microsoft.KeyVault/vaults/secrets/getSecret/action']
  }
  {
    name: 'gated-import record signer'
    description: 'Reads the public part of a key and signs with it. Key Vault Crypto User would also encrypt, change the key and take a backup of it.'
    actions: []
    dataActions: ['Microsoft.KeyVault/vaults/keys/read', 'Microsoft.KeyVault/vaults/keys/sign/action']
  }
]

@export()
@description('Object ids in Entra ID of the identities of the system.')
type systemPrincipals = {
  @description('Of the function app.')
  app: string

  @description('Of container groups: what their image is pulled as.')
  pull: string
}

@export()
@description('One role for one identity at one place.')
type grant = {
  to: 'app' | 'pull'

  @description('Name of a role above.')
  role: string

  @description('The calls that need it, a colon, and what for. The first call is refused without it, which a test plays for those of the walkthrough.')
  because: string
}

@export()
@description('One role for one identity in a registry.')
type limitedGrant = {
  to: 'app' | 'pull'
  role: string
  because: string

  @description('Beginnings of the names of repositories that a role for repositories is limited to; empty: all.')
  repositories: string[]
}

@export()
@description('All grants, by place. Registries have other roles where permissions are by repository (ABAC).')
var grants = {
  quarantine: [
    {
      to: 'app'
      role: 'gated-import importer'
      because: 'importImage: intake from an upstream, and read of a registry that is imported from'
    }
    {
      to: 'app'
      role: 'gated-import run operator'
      because: 'listBuildSourceUploadUrl, scheduleRun, listLogSasUrl: checks are quick runs, with logs'
    }
    { to: 'app', role: 'gated-import locker', because: 'protect the manifest: a candidate is not deleted while it is needed' }
    {
      to: 'app'
      role: 'AcrPush'
      because: 'read the manifest: what a candidate is made of; the tag that a task check builds from is moved'
    }
    { to: 'app', role: 'AcrDelete', because: 'delete the manifest: the sweep removes what no candidate needs' }
  ]
  baseByRepository: [
    { to: 'app', role: 'gated-import importer', because: 'importImage: promotion from quarantine, under the unique tag' }
    {
      to: 'app'
      role: 'Container Registry Repository Writer'
      because: 'read the tag: where the stable tag is; promotion locks the unique tag, moves the stable one, attaches the record'
    }
    {
      to: 'pull'
      role: 'Container Registry Repository Reader'
      because: 'pull: container groups that run a promoted base as it is'
    }
  ]
  base: [
    { to: 'app', role: 'gated-import importer', because: 'importImage: promotion from quarantine, under the unique tag' }
    { to: 'app', role: 'gated-import locker', because: 'lock the tag: promotion locks the unique tag' }
    { to: 'app', role: 'AcrPush', because: 'read the tag: where the stable tag is; promotion moves it, and attaches the record' }
    { to: 'pull', role: 'AcrPull', because: 'pull: container groups that run a promoted base as it is' }
  ]
  teamByRepository: [
    {
      to: 'app'
      role: 'gated-import run operator'
      because: 'tasks/read, scheduleRun, listLogSasUrl: builds are runs of the tasks of images'
    }
    {
      to: 'app'
      role: 'Container Registry Repository Reader'
      because: 'list the tags: new versions of images, and the layers that prove their base'
    }
    { to: 'pull', role: 'Container Registry Repository Reader', because: 'pull: container groups that run our images' }
  ]
  team: [
    {
      to: 'app'
      role: 'gated-import run operator'
      because: 'tasks/read, scheduleRun, listLogSasUrl: builds are runs of the tasks of images'
    }
    { to: 'app', role: 'AcrPull', because: 'list the tags: new versions of images, and the layers that prove their base' }
    { to: 'pull', role: 'AcrPull', because: 'pull: container groups that run our images' }
  ]
  public: []
  apps: [
    { to: 'app', role: 'gated-import group runner', because: 'containerGroups/read, containerGroups/write: rollouts' }
  ]
  pullIdentity: [
    { to: 'app', role: 'Managed Identity Operator', because: 'assign/action: a rollout gives a container group the identity it pulls with' }
  ]
  vault: [
    { to: 'app', role: 'gated-import secret reader', because: 'getSecret: what the policy names is read when it is needed' }
  ]
  signingKey: [
    { to: 'app', role: 'gated-import record signer', because: 'keys/read, keys/sign: promotion records are signed' }
  ]
  announcements: [
    { to: 'app', role: 'EventGrid Data Sender', because: 'events/send: announcements are published' }
  ]
  storage: [
    {
      to: 'app'
      role: 'Storage Blob Data Owner'
      because: 'containers/write, blobs/write: reports of scans; package, keys, timers and leases of the Functions host'
    }
    { to: 'app', role: 'Storage Queue Data Contributor', because: 'queues/write: the task hub of Durable Functions, and its work items' }
    { to: 'app', role: 'Storage Table Data Contributor', because: 'tables/entities: the ledger; history of Durable Functions' }
  ]
  policy: [
    { to: 'app', role: 'Storage Blob Data Reader', because: 'blobs/read: the policy, in every round; the app can never write it' }
  ]
  policyAuthors: { role: 'Storage Blob Data Contributor', because: 'blobs/write: gated-import policy push' }
  telemetry: [
    { to: 'app', role: 'Monitoring Metrics Publisher', because: 'Telemetry/Write: traces and metrics are sent, signed in with Entra ID' }
  ]
}
