#!/usr/bin/env bash
# Is there a browser and a Chinese font for the browser journeys? As root on Debian they are installed; anywhere else one
# line says what the tests will skip and how to get it. Never fails.
set -uo pipefail

missing=()
command -v chromium >/dev/null || command -v chromium-browser >/dev/null || command -v google-chrome >/dev/null || missing+=(chromium)
{ command -v fc-list >/dev/null && [ -n "$(fc-list :lang=zh-cn family)" ]; } || missing+=(fonts-noto-cjk fontconfig)
[ ${#missing[@]} -eq 0 ] && exit 0

if [ "$(id -u)" = 0 ] && grep -qsx 'ID=debian' /etc/os-release; then
    echo "installing ${missing[*]} …"
    if { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}"; } >/dev/null 2>&1; then
        exit 0
    fi
    echo "skipped: browser journeys (apt-get could not install ${missing[*]}; see: apt-get install ${missing[*]})"
else
    echo "skipped: browser journeys (missing: ${missing[*]}; on Debian: sudo apt-get install ${missing[*]})"
fi
exit 0
