#!/bin/sh
# "azd down" deletes resource groups whole, and which of those that were deployed to depends on its version: none that was there before is risked.
set -eu
[ -z "${KEPT_GROUPS:-}" ] && exit 0
cat >&2 <<END
"azd down" deletes whole resource groups, and these were there before, with more in them than this system: $KEPT_GROUPS
Take the system away like this instead:
  az group delete --name $AZURE_RESOURCE_GROUP
and then, in those groups, what docs/deploy.md lists under "Taking it away".
END
exit 1
