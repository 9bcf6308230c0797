#!/bin/sh
# Tries the running workspace: polywire up . -- scripts/smoke.sh
set -eu
polywire call items.listItems '{}'
polywire call frontend.listNames '{}'
