#!/usr/bin/env bash
# Settings as code: what each language's own checkers and formatters say of random settings, and that the values come back
set -euo pipefail
cd "$(dirname "$0")/../.."
work=$PWD/target/proof/settings
mkdir -p "$work"

if [ ! -x "$work/venv/bin/python" ]; then
  python3 -m venv "$work/venv"
fi
"$work/venv/bin/pip" install --quiet black==25.1.0 mypy==1.15.0 pyright==1.1.411
npm install --silent --no-fund --no-audit --prefix "$work/npm" typescript@5.8.3 prettier@3.5.3

# With the tools on the path, TypeScript is compiled and run, and clippy sees all the modules of Rust.
export PATH="$work/npm/node_modules/.bin:$PATH"
export POLYWIRE_SETTINGS_TOOLS=$work
cargo test -p polywire-emit --test it settings_code -- --nocapture 2>&1 | tee "$work/code.log"
if grep -q skipped: "$work/code.log"; then
  exit 1
fi

cd target/tmp/settings/python
for folder in cases random; do
  (cd "$folder" && "$work/venv/bin/black" --quiet --check t*.py && "$work/venv/bin/mypy" --strict t*.py)
  "$work/venv/bin/pyright" "$folder"/t*.py
done
