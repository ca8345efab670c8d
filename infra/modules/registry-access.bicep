metadata name = 'Access to a registry'
metadata description = 'What the identities of the system may do in a registry, which may be an existing one in another group.'

import { builtInRoles, limitedGrant, systemPrincipals } from '../roles.bicep'

@description('Required. Name of the registry.')
param registryName string

@description('Required. Who gets roles here.')
param principals systemPrincipals

@description('Required. Which ones.')
param grants limitedGrant[]

@description('Required. What the ids of our own roles are made from.')
param roleSeed string

// Every data action of a role is named, because one that is left out would be allowed everywhere:
// https://learn.microsoft.com/azure/container-registry/container-registry-rbac-abac-repository-permissions
var repository = 'Microsoft.ContainerRegistry/registries/repositories'
var reads = ['content/read', 'metadata/read']
var dataActions = {
  'Container Registry Repository Reader': reads
  'Container Registry Repository Writer': concat(reads, ['content/write', 'metadata/write'])
}
var guards = toObject(
  items(dataActions),
  role => role.key,
  role => join(map(role.value, action => '!(ActionMatches{\'${repository}/${action}\'})'), ' AND ')
)
// Of an import there is none: Azure cannot limit it.
var limits = map(
  grants,
  each => join(map(each.repositories, name => '@Request[${repository}:name] StringStartsWithIgnoreCase \'${name}\''), ' OR ')
)

resource registry 'Microsoft.ContainerRegistry/registries@2025-11-01' existing = { name: registryName }

resource assignments 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (grant, i) in grants: {
    scope: registry
    name: guid(registry.id, roleSeed, grant.to, grant.role)
    properties: {
      principalId: principals[grant.to]
      principalType: 'ServicePrincipal'
      roleDefinitionId: subscriptionResourceId(
        'Microsoft.Authorization/roleDefinitions',
        builtInRoles[?grant.role] ?? guid(roleSeed, grant.role)
      )
      description: grant.because
      condition: empty(limits[i]) || !contains(guards, grant.role) ? null : '((${guards[grant.role]}) OR (${limits[i]}))'
      conditionVersion: empty(limits[i]) || !contains(guards, grant.role) ? null : '2.0'
    }
  }
]

output id string = registry.id
output loginServer string = registry.properties.loginServer
