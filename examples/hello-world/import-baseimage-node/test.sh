#!/bin/sh
# Is the image that this one was built on fit for pages? Ends with 0 when it is, and with 1 and the reason when it is not.
set -eu

case ${BACKGROUND_COLOR:-} in
  '')
    echo 'FAIL: BACKGROUND_COLOR is not set.'
    exit 1
    ;;
  [Rr][Ee][Dd])
    echo 'FAIL: BACKGROUND_COLOR is red, and red is for alarms.'
    exit 1
    ;;
esac
echo "PASS: BACKGROUND_COLOR is $BACKGROUND_COLOR."
