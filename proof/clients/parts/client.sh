#!/usr/bin/env bash
# curl -F against the bridge.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
expect() { [ "$1" = "$2" ] || { echo "expected $2, found $1: $3: $(cat "$work/answer")" >&2; exit 1; }; }
status() { curl -sS -o "$work/answer" -w '%{http_code}' "$@"; }
url="$POLYWIRE_URL/photos"
head -c 50000 /dev/urandom > "$work/a.png"
head -c 100001 /dev/urandom > "$work/large.png"
expect "$(status "$url" -F title=Lake -F "photo=@$work/a.png" -F tags=a -F 'tags=b, "c"' -F 'place={"x": 1};type=application/json')" 201 "a good form"
digest=$(sha256sum "$work/a.png" | cut -d' ' -f1)
grep -q "$digest" "$work/answer" || { echo "the file arrived as another: $(cat "$work/answer")" >&2; exit 1; }
expect "$(status "$url" -H 'transfer-encoding: chunked' -F title=Lake -F "photo=@$work/a.png;type=image/jpeg;filename=ü \"q\".jpg")" 201 "chunked, with an odd name"
expect "$(status --http2-prior-knowledge "$url" -F title=Lake -F "photo=@$work/a.png")" 201 "HTTP/2"
expect "$(status "$url" -F title=Lake)" 422 "no photo"
expect "$(status "$url" -F title= -F "photo=@$work/a.png")" 422 "an empty title"
expect "$(status "$url" -F title=Lake -F "photo=@$work/large.png")" 422 "a photo that is too large"
expect "$(status "$url" -F title=Lake -F "photo=@$work/a.png;type=text/plain")" 422 "a photo that is text"
expect "$(status "$url" -F title=Lake -F "photo=@$work/a.png" -F other=1)" 422 "an unknown part"
expect "$(status "$url" -F title=Lake -F "photo=@$work/a.png" -F 'place={"x": "1"}')" 422 "JSON that breaks its schema"
expect "$(status "$url" -F title=Lake -F "photo=@$work/a.png" -F 'place={')" 400 "JSON that is none"
expect "$(status "$url" -H 'content-type: multipart/form-data' --data-binary x)" 400 "no boundary"
expect "$(status "$url" -d title=Lake)" 415 "a form of another kind"
expect "$(status "$POLYWIRE_URL/health")" 200 "an answer that is text"
