#!/bin/sh
# The second stage: the functions are there now, so events can be delivered to them. Then the policy, which the app sees at its next round.
set -eu
az_here() { az "$@" --subscription "$AZURE_SUBSCRIPTION_ID" --only-show-errors; }

# The walkthrough's upstream login: Azure shows a token's password only when it is made, so it is made once and goes to the key vault.
if [ -n "${PUBLIC_REGISTRY_NAME:-}" ]; then
  secrets="/subscriptions/$AZURE_SUBSCRIPTION_ID/resourceGroups/$AZURE_RESOURCE_GROUP/providers/Microsoft.KeyVault/vaults/$VAULT_NAME/secrets"
  answer=0
  said=$(az_here resource show --ids "$secrets/public-registry-password" --api-version 2025-05-01 --output none 2>&1) || answer=$?
  case $answer in
  0) ;;
  3) # It is not there.
    PUBLIC_REGISTRY_PASSWORD=$(az_here acr token credential generate --registry "$PUBLIC_REGISTRY_NAME" --name gated-import --password1 \
      --query 'passwords[0].value' --output tsv)
    export PUBLIC_REGISTRY_PASSWORD
    ;;
  *) # It may be there: another password would end the one that is in use.
    echo "$said" >&2
    exit "$answer"
    ;;
  esac
fi

# Event Grid sees a function some time after it was deployed.
tries=6
until
  answer=0
  said=$(az_here deployment sub create --name "gated-import-subscriptions-$AZURE_ENV_NAME" --location "$AZURE_LOCATION" \
    --parameters infra/subscriptions.bicepparam --output none 2>&1) || answer=$?
  [ "$answer" -eq 0 ]
do
  tries=$((tries - 1))
  if [ "$tries" -eq 0 ] || ! echo "$said" | grep -q 'Destination endpoint not found'; then
    echo "$said" >&2
    exit "$answer"
  fi
  sleep 20
done

folder=${POLICY_FOLDER:-policy}
if [ -d "$folder" ]; then
  node cli/gated-import.mjs policy push "$folder" --to "$POLICY_URL" --any --wait
else
  echo "No policy was uploaded, because there is no folder \"$folder\": azd env set POLICY_FOLDER <folder>, and then azd hooks run postdeploy" >&2
fi
