#!/usr/bin/env bash
# curl against the bridge.
set -euo pipefail
expect() { [ "$1" = "$2" ] || { echo "expected $2, found $1: $3" >&2; exit 1; }; }
status() { curl -sS -o /tmp/polywire-client.$$ -w '%{http_code}' "$@"; }
trap 'rm -f /tmp/polywire-client.$$' EXIT
expect "$(status "$POLYWIRE_URL/api/products")" 200 "list the catalogue"
expect "$(status -X POST "$POLYWIRE_URL/api/users" -H 'content-type: application/json' -d '{"name":"Curl","email":"curl@example.com"}')" 201 "create a user"
expect "$(status -X POST "$POLYWIRE_URL/api/users" -H 'content-type: application/json' -d '{"name":"","email":"x"}')" 422 "broken rules"
expect "$(status -X POST "$POLYWIRE_URL/api/users" -H 'content-type: application/json' -d '{')" 400 "malformed"
expect "$(status -X POST "$POLYWIRE_URL/api/users" -H 'content-type: text/plain' -d 'x')" 415 "wrong media type"
expect "$(status -X DELETE "$POLYWIRE_URL/api/users")" 405 "wrong method"
expect "$(status "$POLYWIRE_URL/nowhere")" 404 "unknown path"
expect "$(status "$POLYWIRE_URL/api/users/999999")" 404 "the declared 404"
expect "$(status --http2-prior-knowledge "$POLYWIRE_URL/api/products")" 200 "HTTP/2"
