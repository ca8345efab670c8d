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

  @description('The call that needs it.')
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
    { to: 'app', role: 'gated-import importer', because: 'Intake: importImage from an upstream; read of a registry that is imported from' }
    { to: 'app', role: 'gated-import run operator', because: 'Checks: quick runs, and their logs' }
    { to: 'app', role: 'gated-import locker', because: 'A candidate is protected from deletion while it is needed' }
    { to: 'app', role: 'AcrPush', because: 'Manifests are read; the tag that a task check builds from is moved' }
    { to: 'app', role: 'AcrDelete', because: 'The sweep removes what no candidate needs' }
  ]
  baseByRepository: [
    { to: 'app', role: 'gated-import importer', because: 'Promotion: importImage from quarantine under the unique tag' }
    {
      to: 'app'
      role: 'Container Registry Repository Writer'
      because: 'Promotion: the unique tag is locked, the stable tag moved, the record attached'
    }
    {
      to: 'pull'
      role: 'Container Registry Repository Reader'
      because: 'Container groups pull a promoted base that an app runs as it is'
    }
  ]
  base: [
    { to: 'app', role: 'gated-import importer', because: 'Promotion: importImage from quarantine under the unique tag' }
    { to: 'app', role: 'gated-import locker', because: 'Promotion: the unique tag is locked' }
    { to: 'app', role: 'AcrPush', because: 'Promotion: the stable tag is moved, the record attached' }
    { to: 'pull', role: 'AcrPull', because: 'Container groups pull a promoted base that an app runs as it is' }
  ]
  teamByRepository: [
    { to: 'app', role: 'gated-import run operator', because: 'Builds: runs of the tasks of images, and their logs' }
    { to: 'app', role: 'Container Registry Repository Reader', because: 'New versions of images, and the layers that prove their base' }
    { to: 'pull', role: 'Container Registry Repository Reader', because: 'Container groups pull their image' }
  ]
  team: [
    { to: 'app', role: 'gated-import run operator', because: 'Builds: runs of the tasks of images, and their logs' }
    { to: 'app', role: 'AcrPull', because: 'New versions of images, and the layers that prove their base' }
    { to: 'pull', role: 'AcrPull', because: 'Container groups pull their image' }
  ]
  public: []
  apps: [
    { to: 'app', role: 'gated-import group runner', because: 'Rollouts: container groups are put and read' }
  ]
  pullIdentity: [
    { to: 'app', role: 'Managed Identity Operator', because: 'Rollouts: a container group is given the identity it pulls with' }
  ]
  vault: [
    { to: 'app', role: 'gated-import secret reader', because: 'Secrets that the policy names are read when they are needed' }
  ]
  signingKey: [
    { to: 'app', role: 'gated-import record signer', because: 'Promotion records are signed' }
  ]
  announcements: [
    { to: 'app', role: 'EventGrid Data Sender', because: 'Announcements are published' }
  ]
  storage: [
    { to: 'app', role: 'Storage Blob Data Owner', because: 'The Functions host: its package, keys, timers and leases; reports of scans' }
    { to: 'app', role: 'Storage Queue Data Contributor', because: 'Durable Functions: work items' }
    { to: 'app', role: 'Storage Table Data Contributor', because: 'The ledger; Durable Functions: history' }
  ]
  policy: [
    { to: 'app', role: 'Storage Blob Data Reader', because: 'The policy is read in every round; the app can never write it' }
  ]
  policyAuthors: { role: 'Storage Blob Data Contributor', because: 'gated-import policy push: the policy is uploaded' }
  telemetry: [
    { to: 'app', role: 'Monitoring Metrics Publisher', because: 'Traces and metrics are sent, signed in with Entra ID' }
  ]
}
