# What lies in no resource group: the roles of our own, which nobody has any more now, and the app registration.
#Requires -Version 7.4
$ErrorActionPreference = 'Stop'
# A failure of az is answered below, whatever the profile of whoever runs this says.
$PSNativeCommandUseErrorActionPreference = $false
$here = @('--subscription', $env:AZURE_SUBSCRIPTION_ID, '--only-show-errors')

$roles = az role definition list --custom-role-only true --output tsv `
  --query "[?starts_with(roleName, 'gated-import ') && ends_with(roleName, ' ($env:AZURE_ENV_NAME)')].name" @here
if ($LASTEXITCODE) { exit $LASTEXITCODE }
foreach ($role in $roles) {
  az role definition delete --name $role @here
  if ($LASTEXITCODE) { exit $LASTEXITCODE }
}

$name = "gated-import ($env:AZURE_ENV_NAME)"
$apps = az ad app list --display-name $name --query "[?displayName == '$name'].appId" --output tsv --only-show-errors
if ($LASTEXITCODE) { exit $LASTEXITCODE }
foreach ($app in $apps) {
  az ad app delete --id $app --only-show-errors
  if ($LASTEXITCODE) { exit $LASTEXITCODE }
}

# It would keep its name for 30 days, and another system of this name could not be put up.
$deleted = 'https://graph.microsoft.com/v1.0/directory/deletedItems'
$kept = az rest --method get --url "$deleted/microsoft.graph.application" --url-parameters "`$filter=displayName eq '$name'" `
  --query "value[?displayName == '$name'].id" --output tsv --only-show-errors
if ($LASTEXITCODE) { exit $LASTEXITCODE }
foreach ($id in $kept) {
  az rest --method delete --url "$deleted/$id" --only-show-errors
  if ($LASTEXITCODE) { exit $LASTEXITCODE }
}
