# "azd down" deletes every resource group that was deployed to, whole: also those that were there before.
#Requires -Version 7.4
$ErrorActionPreference = 'Stop'
if (-not $env:KEPT_GROUPS) { exit 0 }
[Console]::Error.WriteLine(@"
"azd down" would delete these resource groups with all that is in them, and they were there before: $env:KEPT_GROUPS
Take the system away like this instead:
  az group delete --name $env:AZURE_RESOURCE_GROUP
and then, in those groups, what docs/deploy.md lists under "Taking it away".
"@)
exit 1
