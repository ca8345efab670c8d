#!/bin/sh
# Is this image fit to build pages on? Runs inside the candidate: no network but its own loopback, no right, read-only but for /tmp.
# Ends with 0 when it is, and with 1 and the reason when it is not.
set -u

fail() {
  echo "FAIL: $1"
  exit 1
}

[ -n "${BACKGROUND_COLOR:-}" ] || fail 'BACKGROUND_COLOR is not set, and a page that is built on this image would have no background.'
case $(printf '%s' "$BACKGROUND_COLOR" | tr '[:upper:]' '[:lower:]' | tr -d '[:space:]') in
  red | '#f00' | '#ff0000' | 'rgb(255,0,0)') fail "BACKGROUND_COLOR is $BACKGROUND_COLOR. Red is for alarms: a page must not have it as its background." ;;
esac
case $BACKGROUND_COLOR in
  rgb'('*')' | hsl'('*')') ;;
  *[!0-9A-Za-z#]*) fail "BACKGROUND_COLOR is \"$BACKGROUND_COLOR\", which is no colour." ;;
esac

# Not by command -v: the shell of busybox finds its own httpd also where the image has none.
has() {
  for folder in $(echo "$PATH" | tr : ' '); do
    [ -x "$folder/$1" ] && return 0
  done
  return 1
}
for program in sh sed mkdir httpd; do
  has "$program" || fail "$program is missing, and an app that is built on this image needs it."
done

# To be there is not enough: it has to serve.
mkdir -p /tmp/www && echo served >/tmp/www/index.html || fail 'A page cannot be written.'
httpd -f -p 127.0.0.1:8080 -h /tmp/www &
server=$!
tries=20
until answer=$(wget -q -O - http://127.0.0.1:8080/index.html 2>/dev/null); do
  tries=$((tries - 1))
  [ "$tries" -gt 0 ] || fail 'httpd did not answer within 2 seconds.'
  sleep 0.1
done
kill "$server"
[ "$answer" = served ] || fail "httpd served something else than the page: $answer"

echo "PASS: pages that are built on this image are $BACKGROUND_COLOR, and httpd serves them."
