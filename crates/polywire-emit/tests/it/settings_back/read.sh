#!/usr/bin/env bash
# Sources files in a strict shell and says what variables there are then: scalars as text, arrays as lists and maps.
set -euo pipefail
LC_ALL=C

quoted() { # JSON string of bytes
  local text=$1 out='' c i code
  if [[ $text != *[\"\\[:cntrl:]]* ]]; then
    printf '"%s"' "$text"
    return
  fi
  for ((i = 0; i < ${#text}; i++)); do
    c=${text:i:1}
    case $c in
      '"') out+='\"' ;;
      '\') out+='\\' ;;
      [[:cntrl:]])
        printf -v code '%d' "'$c"
        if ((code >= 0 && code < 32)); then printf -v c '\\u%04x' "$code"; fi
        out+=$c
        ;;
      *) out+=$c ;;
    esac
  done
  printf '"%s"' "$out"
}

answer() {
  local name declared key comma='' arrays
  arrays=" $(compgen -A arrayvar SHOP_ | tr '\n' ' ') "
  printf '{'
  for name in $(compgen -v SHOP_ || true); do
    printf '%s' "$comma"
    comma=,
    quoted "$name"
    printf ':'
    declared=scalar
    if [[ $arrays == *" $name "* ]]; then declared=$(declare -p "$name"); fi
    local -n seen=$name
    case $declared in
      'declare -a'*)
        local inner=''
        printf '['
        for key in "${!seen[@]}"; do printf '%s' "$inner"; inner=,; quoted "${seen[$key]}"; done
        printf ']'
        ;;
      'declare -A'*)
        local inner=''
        printf '{'
        for key in "${!seen[@]}"; do
          printf '%s' "$inner"
          inner=,
          quoted "$key"
          printf ':'
          quoted "${seen[$key]}"
        done
        printf '}'
        ;;
      *) quoted "$seen" ;;
    esac
    unset -n seen
  done
  printf '}\n'
}

for file in "${@: -1}"/*; do
  (
    # What is a secret has to be there.
    while read -r name; do export "$name=from outside"; done < <(sed -n 's/^if _polywire_required \(.*\); then$/\1/p' "$file")
    # shellcheck disable=SC1090
    source "$file"
    if [[ $1 == twice ]]; then source "$file"; fi
    answer
  ) || echo '"it failed"'
done
