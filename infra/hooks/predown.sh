#!/bin/sh
# "azd down" deletes every resource group that was deployed to, whole: also those that were there before.
set -eu
[ -z "${KEPT_GROUPS:-}" ] && exit 0
cat >&2 <<END
"azd down" would delete these resource groups with all that is in them, and they were there before: $KEPT_GROUPS
Take the system away like this instead:
  az group delete --name $AZURE_RESOURCE_GROUP
and then, in those groups, what docs/deploy.md lists under "Taking it away".
END
exit 1
