# The second stage: the functions are there now, so events can be delivered to them. Then the policy, which the app sees at its next round.
#Requires -Version 7.4
$ErrorActionPreference = 'Stop'
# A failure of az is answered below, whatever the profile of whoever runs this says.
$PSNativeCommandUseErrorActionPreference = $false
$here = @('--subscription', $env:AZURE_SUBSCRIPTION_ID, '--only-show-errors')

# The walkthrough's upstream login: Azure shows a token's password only when it is made, so it is made once and goes to the key vault.
if ($env:PUBLIC_REGISTRY_NAME) {
  $secrets = "/subscriptions/$env:AZURE_SUBSCRIPTION_ID/resourceGroups/$env:AZURE_RESOURCE_GROUP/providers/Microsoft.KeyVault/vaults/$env:VAULT_NAME/secrets"
  $said = az resource show --ids "$secrets/public-registry-password" --api-version 2025-05-01 --output none @here 2>&1
  if ($LASTEXITCODE -eq 3) {
    # It is not there.
    $env:PUBLIC_REGISTRY_PASSWORD = az acr token credential generate --registry $env:PUBLIC_REGISTRY_NAME --name gated-import --password1 `
      --query 'passwords[0].value' --output tsv @here
    if ($LASTEXITCODE) { exit $LASTEXITCODE }
  } elseif ($LASTEXITCODE) {
    # It may be there: another password would end the one that is in use.
    [Console]::Error.WriteLine(($said -join "`n"))
    exit $LASTEXITCODE
  }
}

# Event Grid sees a function some time after it was deployed.
$tries = 6
while ($true) {
  $said = az deployment sub create --name "gated-import-subscriptions-$env:AZURE_ENV_NAME" --location $env:AZURE_LOCATION `
    --parameters infra/subscriptions.bicepparam --output none @here 2>&1
  if (-not $LASTEXITCODE) { break }
  $tries--
  if ($tries -eq 0 -or "$said" -notmatch 'Destination endpoint not found') {
    [Console]::Error.WriteLine(($said -join "`n"))
    exit $LASTEXITCODE
  }
  Start-Sleep -Seconds 20
}

$folder = if ($env:POLICY_FOLDER) { $env:POLICY_FOLDER } else { 'policy' }
if (-not (Test-Path -PathType Container -LiteralPath $folder)) {
  [Console]::Error.WriteLine("No policy was uploaded, because there is no folder ""$folder"": azd env set POLICY_FOLDER <folder>, and then azd hooks run postdeploy")
  exit 0
}
node cli/gated-import.mjs policy push $folder --to $env:POLICY_URL --any --wait
exit $LASTEXITCODE
