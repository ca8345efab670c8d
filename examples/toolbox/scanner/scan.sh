#!/bin/sh
# Pretends to be a scanner: scan.sh <saved image> prints Trivy's JSON about the packages that Alpine's list in that image names.
# It knows what stands in /vulnerabilities, by exact version, and nothing else.
set -eu

manifest=$(tar -xOf "$1" manifest.json)
config=$(echo "$manifest" | sed 's/.*"Config":"\([^"]*\)".*/\1/; s/.*\///; s/\.json$//')
layers=$(echo "$manifest" | sed 's/.*"Layers":\[\([^]]*\)\].*/\1/; s/[",]/ /g')

list=lib/apk/db/installed
mkdir /tmp/rootfs
# A later layer replaces the list of an earlier one. Most have none, and tar says so.
for layer in $layers; do
  tar -xOf "$1" "$layer" | tar -xf - -C /tmp/rootfs "$list" 2>/dev/null || true
done

printf '{"SchemaVersion":2,"Metadata":{"ImageID":"sha256:%s"},"Results":[' "$config"
# Without a list nothing was looked at, and the report must not look as if it was.
if [ -f "/tmp/rootfs/$list" ]; then
  printf '{"Class":"os-pkgs","Vulnerabilities":['
  awk '
    NR == FNR {
      if ($0 !~ /^#/ && NF > 5) {
        title = $6
        for (i = 7; i <= NF; i++) title = title " " $i
        key = $2 " " $3
        found = sprintf("{\"VulnerabilityID\":\"%s\",\"PkgName\":\"%s\",\"InstalledVersion\":\"%s\",\"FixedVersion\":\"%s\",\"Severity\":\"%s\",\"Title\":\"%s\"}", $1, $2, $3, $4, $5, title)
        if (key in known) found = known[key] "," found
        known[key] = found
      }
      next
    }
    /^P:/ { name = substr($0, 3) }
    /^V:/ {
      key = name " " substr($0, 3)
      if (key in known) { printf "%s%s", comma, known[key]; comma = "," }
    }
  ' /vulnerabilities "/tmp/rootfs/$list"
  printf ']}'
fi
printf ']}\n'
