#!/bin/sh
# Fills in the page once, at start, from the environment: the colour comes from the base image, the greeting from the container group.
set -eu

# What is put into the page is text, whatever it holds; the second half is for sed.
text() {
  printf '%s' "$1" | sed -e 's/&/\&amp;/g' -e 's/</\&lt;/g' -e 's/"/\&quot;/g' -e 's/[\\|&]/\\&/g'
}

mkdir -p /www
sed -e "s|{{COLOR}}|$(text "${BACKGROUND_COLOR:-white}")|g" \
  -e "s|{{VERSION}}|$(text "${VERSION:-unknown}")|g" \
  -e "s|{{GREETING}}|$(text "${GREETING:-Hello, world}")|g" \
  /app/page.html >/www/index.html

# Not by exec: the first process of a container ignores a signal that it has no trap for, and would be killed after a wait.
httpd -f -p 80 -h /www &
trap 'kill $!' TERM INT
echo "serving version ${VERSION:-unknown} in ${BACKGROUND_COLOR:-white}"
wait $!
