#!/usr/bin/env bash
# A tour of the running quickstart, through its public doors only: REST with curl, gRPC with
# `polywire call`. Each step prints one line; the first that does not hold ends it with 1.
#
# Run it by: polywire up examples/quickstart -- examples/quickstart/tour.sh
set -euo pipefail

: "${POLYWIRE_URL:?is not set: run this by polywire up}" "${POLYWIRE_ADMIN_URL:?is not set}" "${POLYWIRE_USERS_URL:?is not set}"
polywire=${POLYWIRE_BIN:-polywire}
for tool in curl jq "$polywire"; do
  command -v "$tool" >/dev/null || { echo "tour: $tool is not installed" >&2; exit 3; }
done

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# request METHOD URL [JSON]: leaves $status, $work/body and $work/head.
request() {
  local -a options=(--silent --show-error --max-time 10 --request "$1")
  [[ $# -lt 3 ]] || options+=(--header 'content-type: application/json' --data "$3")
  status=$(curl "${options[@]}" --dump-header "$work/head" --output "$work/body" --write-out '%{http_code}' "$2" || true)
}

# rest METHOD PATH [JSON]: a request to the bridge.
rest() { local method=$1 path=$2; shift 2; request "$method" "$POLYWIRE_URL$path" "$@"; }

# field FILTER: what jq finds in the body of the last answer.
field() { jq --raw-output "$1" "$work/body"; }

# header NAME: the value of a header of the last answer, empty if it is not there.
header() { tr -d '\r' <"$work/head" | sed -n "s/^$1: *//Ip" | head -n 1; }

step=0
shows() { step=$((step + 1)); printf '%2d  %s\n' "$step" "$*"; }

fails() {
  printf 'tour: %s\n' "$*" >&2
  printf 'tour: the last answer was %s: %s\n' "${status:-none}" "$(head -c 2000 "$work/body" 2>/dev/null || true)" >&2
  exit 1
}

# expect STATUS FILTER WHAT: the last answer has this status, and the filter holds for its body.
expect() {
  [[ $status == "$1" ]] || fails "$3: expected status $1"
  jq --exit-status "$2" "$work/body" >/dev/null || fails "$3: expected $2"
}

# until_holds WHAT COMMAND…: repeats the command, ten times a second, for at most ten seconds.
until_holds() {
  local what=$1 attempt
  shift
  for ((attempt = 0; attempt < 100; attempt++)); do
    "$@" && return
    sleep 0.1
  done
  fails "$what did not come within ten seconds"
}

# An address that no earlier run has used.
email="ada.$$.$(date +%s)@example.org"

rest POST /api/users "{\"name\": \"Ada Lovelace\", \"email\": \"$email\"}"
expect 201 '.name == "Ada Lovelace" and (.id | type) == "number"' 'creating a user'
user=$(field .id)
shows "POST /api/users: Python stores user $user in SQLite (201)"

rest POST /api/users "{\"name\": \"Ada again\", \"email\": \"$email\"}"
expect 409 '.error.code == "CONFLICT"' 'the same e-mail address again'
shows "the same e-mail address again: the conflict that the contract of users declares (409)"

rest GET '/api/products?q=lamp'
expect 200 '.items | length == 1 and .[0].price == "19.90"' 'listing the catalogue'
shows "GET /api/products?q=lamp: Node finds $(field '.items[0] | "\(.name) for \(.price)"')"

rest POST /api/orders "{\"user_id\": $user, \"product_id\": \"lamp\", \"quantity\": 3}"
expect 200 '.total == "59.70" and .userName == "Ada Lovelace"' 'placing an order'
order=$(field .id)
shows "POST /api/orders: Rust asks Python and Node by gRPC, and takes $order for $(field .total)"

rest GET "/api/orders/$order"
expect 200 ".id == \"$order\"" 'reading the order by REST'
"$polywire" call orders.GetOrder "{\"id\": \"$order\"}" --as grpc >"$work/grpc" || fails 'polywire call orders.GetOrder failed'
[[ $(jq -S . "$work/grpc") == "$(jq -S . "$work/body")" ]] || fails "gRPC answers otherwise than REST: $(cat "$work/grpc")"
shows "polywire call orders.GetOrder --as grpc: the same order as by REST"

rest POST /api/orders "{\"user_id\": $user, \"product_id\": \"lamp\", \"quantity\": 0}"
expect 422 '.error.code == "VALIDATION_ERROR" and .error.details.errors[0].path == "/quantity" and (.error.details.errors[0].rule | length > 0)' 'an order of nothing'
shows "an order of 0 lamps breaks the contract of orders (422): $(field '.error.details.errors[0] | "\(.path) \(.rule)"')"

rest POST /api/users '{"name": "", "email": "nobody"}'
expect 422 '[.error.details.errors[].path] | index("/name") and index("/email")' 'a user without a name'
shows "a user without a name breaks the contract of users (422): $(field '[.error.details.errors[] | "\(.path) \(.rule)"] | join(", ")')"

request GET "$POLYWIRE_USERS_URL/api/users/999999"
cp "$work/body" "$work/direct"
rest GET /api/users/999999
expect 404 '.error.code == "NOT_FOUND"' 'a user who is not there'
cmp -s "$work/direct" "$work/body" || fails "the bridge changed a declared error, which was: $(cat "$work/direct")"
shows "a user who is not there: the declared 404 of Python, unchanged to the byte"

rest POST /api/orders '{"user_id": 999999, "product_id": "lamp", "quantity": 1}'
expect 404 '.error.code == "NOT_FOUND" and (.error.message | test("User 999999"))' 'an order of nobody'
shows "an order of that user (404): $(field .error.message)"

breaker_is_open() {
  rest GET /api/users/1
  expect 503 '.error.code == "UNAVAILABLE"' 'users while they are stopped'
  request GET "$POLYWIRE_ADMIN_URL/metrics"
  grep -Eq '^polywire_breaker_state\{[^}]*component="users"[^}]*\} 2$' "$work/body"
}
"$polywire" stop users >/dev/null || fails 'polywire stop users failed'
until_holds 'the open breaker' breaker_is_open
rest GET /api/users/1
expect 503 '.error.code == "UNAVAILABLE"' 'users behind an open breaker'
[[ $(header retry-after) =~ ^[0-9]+$ ]] || fails 'Retry-After is missing behind an open breaker'
shows "polywire stop users: the breaker opens (503, Retry-After: $(header retry-after))"

rest POST /api/orders "{\"user_id\": $user, \"product_id\": \"lamp\", \"quantity\": 1}"
expect 503 '.error.code == "UNAVAILABLE" and (.error.message | test("users"))' 'an order while users are stopped'
shows "an order meanwhile (503): $(field .error.message)"

rest GET /api/products/lamp
expect 200 '.id == "lamp"' 'the catalogue while users are stopped'
shows "the catalogue meanwhile: answers as before"

users_answer() { rest GET '/api/users?per_page=1' && [[ $status == 200 ]]; }
"$polywire" start users >/dev/null || fails 'polywire start users failed'
until_holds 'the recovery of users' users_answer
rest POST /api/users "{\"name\": \"Grace Hopper\", \"email\": \"again.$email\"}"
expect 201 '.name == "Grace Hopper"' 'creating a user after the recovery'
rest POST /api/orders "{\"user_id\": $(field .id), \"product_id\": \"kettle\", \"quantity\": 2}"
expect 200 '.total == "69.90" and .userName == "Grace Hopper"' 'placing an order after the recovery'
shows "polywire start users: a trial call closes the breaker, and $(field .id) is taken"

request GET "$POLYWIRE_ADMIN_URL/metrics"
[[ $status == 200 ]] || fails 'no metrics'
counters=$(sed -nE 's/^polywire_server_requests_total\{operation="([^"]*)",.*front="([^"]*)",code="([^"]*)"\} ([0-9]+)$/\1 \2 \3 \4/p' "$work/body")
for operation in createUser searchProducts PlaceOrder; do
  [[ $counters == *"$operation"* ]] || fails "the metrics do not count $operation"
done
shows "metrics of the tour: operation, front, code, calls"
while read -r operation front code calls; do
  printf '      %-24s %-5s %-17s %4d\n' "$operation" "$front" "$code" "$calls"
done <<<"$counters"

echo "The tour took $SECONDS s; every step held."
