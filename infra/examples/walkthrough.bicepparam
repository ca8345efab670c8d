using '../main.bicep'

// Everything new, with a simulated public registry and tasks that build from your forks of the walkthrough's repositories.
param environmentName = 'walkthrough'
param location = 'westeurope'
param appGroups = [{ name: 'hello-world-aci-rg', isThere: false }]
param policyAuthors = ['3f6f5b0e-1d0c-4a57-9c55-0b9d7a4d1e01']
param walkthrough = { repositories: 'https://github.com/contoso', schedule: '0 4 * * *' }
param walkthroughSecrets = { gitToken: readEnvironmentVariable('GIT_TOKEN', 'none'), greeting: 'Hello, world' }

// It is put up again under the same name.
param purgeProtection = false
