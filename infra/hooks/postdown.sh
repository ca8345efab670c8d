#!/bin/sh
# What lies in no resource group: the roles of our own, which nobody has any more now, and the app registration.
set -eu
az_here() { az "$@" --subscription "$AZURE_SUBSCRIPTION_ID" --only-show-errors; }

roles=$(az_here role definition list --custom-role-only true --output tsv \
  --query "[?starts_with(roleName, 'gated-import ') && ends_with(roleName, ' ($AZURE_ENV_NAME)')].name")
for role in $roles; do az_here role definition delete --name "$role"; done

name="gated-import ($AZURE_ENV_NAME)"
apps=$(az ad app list --display-name "$name" --query "[?displayName == '$name'].appId" --output tsv --only-show-errors)
for app in $apps; do az ad app delete --id "$app" --only-show-errors; done

# It would keep its name for 30 days, and another system of this name could not be put up.
deleted=https://graph.microsoft.com/v1.0/directory/deletedItems
kept=$(az rest --method get --url "$deleted/microsoft.graph.application" --url-parameters "\$filter=displayName eq '$name'" \
  --query "value[?displayName == '$name'].id" --output tsv --only-show-errors)
for id in $kept; do az rest --method delete --url "$deleted/$id" --only-show-errors; done
