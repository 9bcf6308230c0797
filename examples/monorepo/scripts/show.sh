#!/usr/bin/env bash
# What a script sees of the settings, as JSON.
set -euo pipefail
source "$(dirname "$0")/config.sh"

list() { printf '%s\n' "$@" | jq --raw-input . | jq --slurp --compact-output .; }

jq --null-input --compact-output \
  --arg name "$SHOP_SITE_NAME" --arg url "$SHOP_API_URL" --argjson port "$SHOP_DB_PORT" \
  --argjson hosts "$(list "${SHOP_SITE_HOSTS[@]}")" --argjson checkout "${SHOP_FEATURES[checkout]}" \
  --arg upload_bytes "$SHOP_LIMITS_UPLOAD_BYTES" --argjson rate "$SHOP_LIMITS_RATE" --arg motd "$SHOP_SITE_MOTD" \
  '{name: $name, url: $url, port: $port, hosts: $hosts, checkout: $checkout, upload_bytes: $upload_bytes, rate: $rate, motd: $motd}'
