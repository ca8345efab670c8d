metadata name = 'Login of an upstream'
metadata description = 'What the policy of the walkthrough reads the simulated public registry with.'

@description('Required. Name of the key vault.')
param vaultName string

@description('Required. Name of the token.')
param username string

@description('Required. Its password.')
@secure()
param password string

resource vault 'Microsoft.KeyVault/vaults@2025-05-01' existing = {
  name: vaultName

  resource user 'secrets' = {
    name: 'public-registry-user'
    properties: { value: username }
  }

  resource secret 'secrets' = {
    name: 'public-registry-password'
    properties: { value: password }
  }
}
