#!/usr/bin/env bash
# Says that the tour has begun, then waits to be ended.
printf '%s' "${POLYWIRE_URL##*:}" >"$MARKER"
exec sleep 600
