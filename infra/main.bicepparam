using 'main.bicep'

// What "azd up" deploys: the walkthrough, with what azd asks for. For a system of your own, take one of examples/ in place of this.
param environmentName = readEnvironmentVariable('AZURE_ENV_NAME')
param location = readEnvironmentVariable('AZURE_LOCATION')
param appGroups = [{ name: 'hello-world-aci-rg', isThere: false }]
// Whoever runs azd, which uploads the policy.
param policyAuthors = filter([readEnvironmentVariable('AZURE_PRINCIPAL_ID', '')], id => !empty(id))
param walkthrough = {
  repositories: readEnvironmentVariable('GIT_REPOSITORIES')
  schedule: '0 4 * * *'
}
param walkthroughSecrets = {
  gitToken: readEnvironmentVariable('GIT_TOKEN')
  greeting: readEnvironmentVariable('GREETING', 'Hello, world')
}
param purgeProtection = false
