# "azd down" deletes resource groups whole, and which of those that were deployed to depends on its version: none that was there before is risked.
#Requires -Version 7.4
$ErrorActionPreference = 'Stop'
if (-not $env:KEPT_GROUPS) { exit 0 }
[Console]::Error.WriteLine(@"
"azd down" deletes whole resource groups, and these were there before, with more in them than this system: $env:KEPT_GROUPS
Take the system away like this instead:
  az group delete --name $env:AZURE_RESOURCE_GROUP
and then, in those groups, what docs/deploy.md lists under "Taking it away".
"@)
exit 1
