#!/bin/sh
# The tests use a real browser, a real SMTP sink and other people's checks of signatures. As root on
# Debian they are installed here; elsewhere the tests that need them skip and say so.
set -eu
missing=""
command -v chromium >/dev/null 2>&1 || missing="$missing chromium fonts-liberation"
[ -x /usr/sbin/smtp-sink ] || command -v smtp-sink >/dev/null 2>&1 || missing="$missing postfix"
[ -x /usr/sbin/opendkim ] || command -v opendkim >/dev/null 2>&1 || missing="$missing opendkim"
perl -MMail::DKIM -e 1 2>/dev/null || missing="$missing libmail-dkim-perl"
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "not installed:$missing (the tests that need them will skip)" >&2
    exit 0
fi
echo "installing for the tests:$missing"
export DEBIAN_FRONTEND=noninteractive
apt-get update -qq
# shellcheck disable=SC2086 # a list of words
apt-get install -y -qq --no-install-recommends $missing >/dev/null
