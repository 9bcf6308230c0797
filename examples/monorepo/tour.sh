#!/usr/bin/env bash
# Asks every language and tool of this repository what its settings are, and compares: they were written once.
# Tools that are not installed are skipped, and said to be.
set -euo pipefail
cd "$(dirname "$0")"
polywire=${POLYWIRE_BIN:-polywire}
for tool in jq "$polywire"; do
  command -v "$tool" >/dev/null || { echo "tour: $tool is not installed" >&2; exit 3; }
done

"$polywire" generate config --check
export SHOP_DB_PASSWORD=only-in-the-environment

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# What each should see. The upload limit is text: it is beyond what JavaScript's numbers hold.
"$polywire" config get site >"$work/site"
"$polywire" config get limits.rate >"$work/rate"
expected=$(jq --compact-output --sort-keys \
  --arg url "$("$polywire" config get api.url)" --argjson port "$("$polywire" config get db.port)" \
  --arg upload_bytes "$("$polywire" config get limits.upload_bytes)" --argjson rate "$(cat "$work/rate")" \
  '{name, hosts, motd, url: $url, port: $port, checkout: true, upload_bytes: $upload_bytes, rate: $rate}' "$work/site")

# shows WHO COMMAND…: what the command prints has to be a part of what is expected.
shows() {
  local who=$1 seen; shift
  seen=$("$@")
  if ! jq --exit-status --null-input --argjson seen "$seen" --argjson expected "$expected" \
    '$seen | to_entries | length > 3 and all(.[]; $expected[.key] == .value)' >/dev/null; then
    printf 'tour: %s sees\n  %s\nbut it should be\n  %s\n' "$who" "$seen" "$expected" >&2
    exit 1
  fi
  printf '%-12s sees %s of %s settings as they were written\n' "$who" "$(jq length <<<"$seen")" "$(jq length <<<"$expected")"
}
has() { command -v "$1" >/dev/null || { printf '%-12s skipped: %s not found\n' "$2" "$1"; return 1; }; }

shows Bash scripts/show.sh
shows Python env PYTHONDONTWRITEBYTECODE=1 python3 backend/main.py
if has tsc TypeScript; then
  tsc --project frontend --outDir "$work/dist"
  echo '{"type": "module"}' >"$work/package.json"
  shows TypeScript node "$work/dist/main.js"
fi
if has terraform Terraform; then
  cp infrastructure/* "$work"
  export CHECKPOINT_DISABLE=1 TF_IN_AUTOMATION=1 TF_VAR_db_password=$SHOP_DB_PASSWORD
  terraform -chdir="$work" init -input=false >/dev/null
  terraform -chdir="$work" apply -input=false -auto-approve >/dev/null
  shows Terraform terraform -chdir="$work" output -json settings
fi
if has ansible-playbook Ansible; then
  ANSIBLE_LOCALHOST_WARNING=false ansible-playbook --inventory ansible/inventory.ini --extra-vars "out=$work/ansible.json" \
    ansible/site.yml >"$work/ansible.log" || { cat "$work/ansible.log" >&2; exit 1; }
  shows Ansible cat "$work/ansible.json"
fi

# What the environment says wins, and what is wrong with it is said at once.
overridden=$(SHOP_DB_PORT=6432 env PYTHONDONTWRITEBYTECODE=1 python3 backend/main.py | jq .port)
[ "$overridden" = 6432 ] || { echo "tour: the environment did not win" >&2; exit 1; }
if SHOP_DB_PORT=many SHOP_LOG_LEVEL=loud env PYTHONDONTWRITEBYTECODE=1 python3 backend/main.py >/dev/null 2>"$work/errors"; then
  echo "tour: nonsense was taken" >&2
  exit 1
fi
tail -2 "$work/errors"
