#!/usr/bin/env bash
# Runs inside of the quickstart: every client against $POLYWIRE_URL.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
cd "$CLIENTS_WORK"
mkdir -p python
# `google/api` comes from googleapis-common-protos, as in any Python project that uses it.
common=$(venv/bin/python -c 'import os, google.api; print(os.path.dirname(os.path.dirname(google.api.__path__[0])))')
(cd proto && ../venv/bin/python -m grpc_tools.protoc -I. -I"$common" --python_out=../python --grpc_python_out=../python ./*.proto)

passed=0
client() { echo "-- $1"; shift; "$@"; passed=$((passed + 1)); }
client curl bash "$here/client.sh"
client requests venv/bin/python "$here/client_requests.py"
client fetch node "$here/client_fetch.mjs"
client grpcio env PYTHONPATH=python venv/bin/python "$here/client_grpcio.py"
client grpc-js env NODE_PATH=node_modules node "$here/client_grpc_js.cjs"
echo "figure clients $passed"
