metadata name = 'Types'
metadata description = 'The shapes of the parameters of main.bicep and of what it hands to its modules.'

import { systemPrincipals } from 'roles.bicep'

@export()
@description('A registry that is there already.')
type existingRegistry = {
  @description('Required. Its resource id. It may lie in another resource group; the app looks for it in the subscription of the system.')
  id: string

  @description('Required. Its region; its system topic has to be in the same.')
  location: string

  @description('Required. Its permissions are by repository (role assignment mode "RBAC Registry + ABAC Repository Permissions"). Wrong: the app is given roles that do not count there.')
  byRepository: bool

  @description('Optional. Beginnings of repository names, each ending in a slash; the roles are for these repositories only. Only with byRepository; empty: all of them. An import is never limited, because Azure cannot.')
  repositories: string[]?

  @description('Optional. The name of its system topic, if it has one; Azure allows one for each registry.')
  systemTopic: string?
}

@export()
@description('The registries of the system that are there already; the others are made. One may be both; then whatever builds there can also move what is promoted, unless a condition keeps it out.')
type existingRegistries = {
  @description('Optional. Where promoted bases go.')
  base: existingRegistry?

  @description('Optional. Where images of ours are built and kept.')
  team: existingRegistry?
}

@export()
@description('A resource group whose container groups the app deploys.')
type appGroupOptions = {
  @description('Required. Its name, as the policy has it.')
  name: string

  @description('Required. It is there already. Otherwise it is made, and goes with "azd down".')
  isThere: bool
}

@export()
@description('The walkthrough: a simulated public registry, and tasks that build from git repositories.')
type walkthroughOptions = {
  @description('Required. Where the repositories base-image-node and hello-world are, such as https://github.com/contoso.')
  repositories: string

  @description('Optional. When the public image is built without a commit: five fields, in UTC.')
  schedule: string?
}

@export()
@description('Where a registry is, and what it is to the system.')
type registryPlace = {
  role: string
  name: string
  resourceGroup: string
  location: string
  isThere: bool
  byRepository: bool
  repositories: string[]
  systemTopic: string
  systemTopicIsThere: bool

  @description('It is the base registry and that of the team at once.')
  isShared: bool

  @description('What both see of it; empty: all.')
  repositoriesOfBoth: string[]
}

@export()
@description('An existing registry where it is, or else a new one. The other one may be the same.')
func placeOf(existing existingRegistry?, other existingRegistry?, new registryPlace) registryPlace =>
  existing == null
    ? new
    : {
        role: new.role
        name: split(existing!.id, '/')[8]
        resourceGroup: split(existing!.id, '/')[4]
        location: existing!.location
        isThere: true
        byRepository: existing!.byRepository
        repositories: existing!.?repositories ?? []
        isShared: isSame(existing, other)
        repositoriesOfBoth: !isSame(existing, other) || empty(existing!.?repositories) || empty(other!.?repositories)
          ? []
          : union(existing!.?repositories ?? [], other!.?repositories ?? [])
        systemTopic: existing!.?systemTopic ?? (isSame(existing, other) ? other!.?systemTopic ?? 'base-pushes' : new.systemTopic)
        systemTopicIsThere: existing!.?systemTopic != null || isSame(existing, other) && other!.?systemTopic != null
      }

func isSame(one existingRegistry?, other existingRegistry?) bool => one != null && other != null && toLower(one!.id) == toLower(other!.id)

@export()
@description('A new registry, in the group of the system.')
func newPlace(role string, token string, group string, location string, byRepository bool) registryPlace => {
  role: role
  name: '${role}${token}'
  resourceGroup: group
  location: location
  isThere: false
  byRepository: byRepository
  repositories: []
  systemTopic: '${role}-pushes'
  systemTopicIsThere: false
  isShared: false
  repositoriesOfBoth: []
}

@export()
@description('The system topics of registries, each of which lies beside its registry. One registry that is base and team\'s at once has one.')
func topicIdsOf(subscriptionId string, places registryPlace[]) string[] =>
  union([], map(places, place => resourceId(subscriptionId, place.resourceGroup, 'Microsoft.EventGrid/systemTopics', place.systemTopic)))

@export()
@description('What most modules need to know.')
type surroundings = {
  @description('Region.')
  location: string

  @description('Who gets roles.')
  principals: systemPrincipals

  @description('What the ids of our own roles and of role assignments are made from.')
  roleSeed: string

  @description('Where logs go.')
  workspaceId: string

  @description('What is made is closed to the public network.')
  isPrivate: bool
}

@export()
@description('The names of what is made; those that end in the token are unique in the world.')
func namesOf(environmentName string, token string) object => {
  group: 'gated-import-${environmentName}-rg'
  app: 'gated-import-${token}'
  vault: 'gated-${token}'
  gitVault: 'gated-git-${token}'
  storage: 'gated${token}'
  policy: 'policy${token}'
  announcements: 'gated-import-${token}'
  identities: { app: 'gated-import', pull: 'gated-import-pull' }
  monitoring: { workspace: 'gated-import-logs', insights: 'gated-import' }
  plan: 'gated-import'
  signingKey: 'promotions'
  agentPool: 'gated-import'
}

@export()
@description('The resource groups that were there before, which "azd down" must not delete.')
func groupsThere(places registryPlace[], appGroups appGroupOptions[]) string[] =>
  union(
    map(filter(places, place => place.isThere), place => place.resourceGroup),
    map(filter(appGroups, group => group.isThere), group => group.name)
  )
