metadata name = 'gated-import'
metadata description = 'The whole system: registries, the app that guards them, what it may do, and what watches it. Event subscriptions follow in subscriptions.bicep, when the app is deployed.'

targetScope = 'subscription'

import { appGroupOptions, existingRegistries, groupsThere, namesOf, newPlace, placeOf, topicIdsOf, walkthroughOptions } from 'types.bicep'

@description('Required. Name of the environment. It is part of the names of all resources: another name is another system. Roles and the app registration are named after it, so it is free once in a tenant of Entra ID.')
@minLength(1)
@maxLength(16)
param environmentName string

@description('Required. Region. It needs Flex Consumption functions and container instances.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Optional. Registries that are there already. The quarantine registry is always a new one: a check that got out would find nothing there but candidates.')
param registries existingRegistries = {}

@description('Optional. Resource groups whose container groups the app deploys. It can change no other container group.')
param appGroups appGroupOptions[] = []

@description('Optional. What checks run with: the docker client that starts them, and what asks in probes. Whoever can move a tag of it can change what checks say; best copies of your own, by digest.')
param images { runner: string, probe: string } = { runner: 'docker:28-cli', probe: '' }

@description('Optional. More settings that the policy may name as \${NAME}.')
param policyVariables object = {}

@description('Optional. Object ids in Entra ID of who may upload the policy; whoever can, decides what is promoted. Empty: nobody can yet, and nothing starts without a policy.')
param policyAuthors string[] = []

@description('Optional. Who gets an e-mail for a rejected candidate, a dead letter, or no sweep for an hour. Empty: alerts are only shown in the portal.')
param alertEmails string[] = []

@description('Optional. An app registration that somebody else made, as docs/deploy.md says. Empty: one is made, which needs the right to.')
param signInClientId string = ''

@description('Optional. Days after which a report of a check, with all that a scan found, is deleted. Its verdict and reasons stay in the ledger; who wants the report of something older asks its checks again.')
@minValue(30)
param reportDays int = 400

@description('Optional. Nobody can purge the key vault for 90 days, and so its name stays taken after "azd down". It cannot be switched off again.')
param purgeProtection bool = true

@description('Optional. Storage, vault and new registries are closed to the public network, and runs go to agents of your own. Costs more (Premium registries, endpoints, agents).')
param isPrivate bool = false

@description('Optional. Makes the walkthrough as well: a simulated public registry and tasks that build from git.')
param walkthrough walkthroughOptions?

@description('Optional. Secrets of the walkthrough, each for a key vault: a git token for its repositories, which the app cannot read, and what its page says.')
@secure()
param walkthroughSecrets { gitToken: string, greeting: string }?

var token = uniqueString(subscription().id, environmentName)
var names = namesOf(environmentName, token)
var tags = { 'azd-env-name': environmentName }
// The ids of roles and of their assignments are made from this.
var roleSeed = '${subscription().subscriptionId}/${environmentName}'

// Only the base and the team's registry have permissions by repository: there a run has no login, and in quarantine it needs one.
var quarantine = newPlace('quarantine', token, names.group, location, false)
var base = placeOf(registries.?base, registries.?team, newPlace('base', token, names.group, location, true))
var team = placeOf(registries.?team, registries.?base, newPlace('team', token, names.group, location, true))
var public = newPlace('public', token, names.group, location, false)
var places = [quarantine, base, team]
var topicIds = topicIdsOf(subscription().subscriptionId, concat(places, walkthrough == null ? [] : [public]))

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = { name: names.group, location: location, tags: tags }

module customRoles 'modules/custom-roles.bicep' = { params: { environmentName: environmentName, roleSeed: roleSeed } }
module identities 'modules/identities.bicep' = { scope: group, params: { location: location, names: names.identities, roleSeed: roleSeed } }

module monitoring 'modules/monitoring.bicep' = {
  scope: group
  params: { location: location, names: names.monitoring, principals: identities.outputs.principals, roleSeed: roleSeed }
}

var around = {
  location: location
  principals: identities.outputs.principals
  roleSeed: roleSeed
  workspaceId: monitoring.outputs.workspaceId
  isPrivate: isPrivate
}

module storage 'modules/storage.bicep' = { scope: group, params: { around: around, name: names.storage, reportDays: reportDays } }
module policy 'modules/policy.bicep' = { scope: group, params: { around: around, name: names.policy, authors: policyAuthors } }

module vault 'modules/vault.bicep' = {
  scope: group
  params: { around: around, name: names.vault, signingKey: names.signingKey, purgeProtection: purgeProtection }
  dependsOn: [customRoles]
}

module registry 'modules/registry.bicep' = [
  for place in places: {
    params: { around: around, place: place, deadLetters: { resourceGroup: names.group, storage: names.storage } }
    dependsOn: [customRoles, storage]
  }
]

// Not a fourth of the ones above: without a walkthrough, Azure would refuse a template that depends on the fourth of three.
module publicRegistry 'modules/registry.bicep' = if (walkthrough != null) {
  params: { around: around, place: public, deadLetters: { resourceGroup: names.group, storage: names.storage } }
  dependsOn: [storage]
}

module appGroup 'modules/app-group.bicep' = [
  for each in appGroups: {
    params: { around: around, group: each, tags: tags }
    dependsOn: [customRoles]
  }
]

module announcements 'modules/announcements.bicep' = { scope: group, params: { around: around, name: names.announcements } }

module network 'modules/network.bicep' = if (isPrivate) {
  scope: group
  params: {
    around: around
    names: { storage: names.storage, policy: names.policy, vault: names.vault, agentPool: names.agentPool }
    registries: filter(places, place => !place.isThere)
  }
  dependsOn: [registry, storage, policy, vault]
}

module app 'modules/function-app.bicep' = {
  scope: group
  params: {
    location: location
    names: { plan: names.plan, app: names.app }
    identity: identities.outputs.app
    storage: storage.outputs.endpoints
    packageUrl: storage.outputs.packageUrl
    insights: monitoring.outputs.connectionString
    signIn: { clientId: signInClientId, environmentName: environmentName, principalId: identities.outputs.principals.app }
    subnetId: isPrivate ? network!.outputs.appSubnetId : ''
    settings: {
      ...policyVariables
      POLICY: policy.outputs.url
      POLICY_VARIABLES: join(objectKeys(policyVariables), ',')
      ...(walkthrough == null ? {} : { PUBLIC_REGISTRY: publicRegistry!.outputs.loginServer })
      QUARANTINE_REGISTRY: registry[0].outputs.loginServer
      BASE_REGISTRY: registry[1].outputs.loginServer
      TEAM_REGISTRY: registry[2].outputs.loginServer
      SUBSCRIPTION_ID: subscription().subscriptionId
      ARM_ENDPOINT: take(environment().resourceManager, length(environment().resourceManager) - 1)
      KEY_VAULT_URL: vault.outputs.url
      TABLES_ENDPOINT: storage.outputs.endpoints.table
      BLOBS_ENDPOINT: storage.outputs.endpoints.blob
      ANNOUNCEMENTS_ENDPOINT: announcements.outputs.endpoint
      RUNNER_IMAGE: images.runner
      PROBE_IMAGE: images.probe
      AGENT_POOL: isPrivate ? names.agentPool : ''
      SIGNING_KEY: names.signingKey
      SWEEP_SCHEDULE: '0 */5 * * * *'
      TASK_HUB: 'gatedimport'
      AUTH_MODE: 'entra'
      AZURE_CLIENT_ID: identities.outputs.app.clientId
    }
  }
}

module alerts 'modules/alerts.bicep' = {
  scope: group
  params: { location: location, insightsId: monitoring.outputs.insightsId, topicIds: topicIds, emails: alertEmails }
  dependsOn: [registry, publicRegistry]
}

module walkthroughParts 'modules/walkthrough.bicep' = if (walkthrough != null) {
  scope: group
  params: {
    around: around
    options: walkthrough!
    registries: { public: public, base: base, team: team }
    // Azure evaluates this also where there is no walkthrough.
    loginServers: { public: walkthrough == null ? '' : publicRegistry!.outputs.loginServer, base: registry[1].outputs.loginServer }
    vaults: { app: names.vault, git: names.gitVault }
    secrets: walkthroughSecrets!
    agentPool: isPrivate && !team.isThere ? names.agentPool : ''
  }
  dependsOn: [vault]
}

output AZURE_RESOURCE_GROUP string = group.name
output KEPT_GROUPS string = join(groupsThere(places, appGroups), ',')
output APP_URL string = 'https://${app.outputs.hostName}'
output PULL_IDENTITY_ID string = identities.outputs.pullId
output POLICY_URL string = policy.outputs.url
// What subscriptions.bicep needs to know.
output APP_NAME string = names.app
output STORAGE_NAME string = names.storage
output VAULT_NAME string = names.vault
output PUSH_TOPIC_IDS string = join(topicIds, ',')
output PUBLIC_REGISTRY_NAME string = walkthrough == null ? '' : public.name
