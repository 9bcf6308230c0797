#!/usr/bin/env bash
# Runs inside of the workspace with Flask: forms with files from curl and requests.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
echo "-- curl -F"
bash "$here/client.sh"
echo "-- requests files="
"$CLIENTS_WORK/venv/bin/python" "$here/client_requests.py"
