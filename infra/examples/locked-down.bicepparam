using '../main.bicep'

// Nothing is reached from the public network but the app itself, and that only by whoever has signed in.
param environmentName = 'locked'
param location = 'westeurope'
param appGroups = [{ name: 'shop-rg', isThere: true }]
param images = {
  runner: 'contosotools.azurecr.io/docker@sha256:0c3d2f6d0a5d5ea1c3a0c4a5b0a8f4c5b65c9ff1b1fb3d6f4c4e1d1cf1dfba90'
  probe: 'contosotools.azurecr.io/alpine@sha256:4bcff63911fcb4448bd4fdacec207030997caf25e9bea4045fa6c8c44de311d1'
}
param policyVariables = { STAGE: 'prod' }
param policyAuthors = ['3f6f5b0e-1d0c-4a57-9c55-0b9d7a4d1e02']
param signInClientId = '7c0a3f0e-58f1-4c7e-8f5e-0f6d5b0f6a11'
param alertEmails = ['platform@contoso.com', 'on-call@contoso.com']
param isPrivate = true
