//! The functions that a generated file checks variables with. Each sets `_polywire_value`, or says what is wrong and fails.

/// Name, and text.
type Function = (&'static str, &'static str);

/// What stands in front of the first value.
pub(super) fn opening(needed: &[&Function], masked: &[&str]) -> String {
    let masked = if masked.is_empty() { String::new() } else { format!(" {} ", masked.join(" ")) };
    let mut text = format!("_polywire_problems=()\n_polywire_masked='{masked}'\n");
    for (_, function) in needed {
        text.push_str(&format!("\n{function}\n"));
    }
    text + "\n"
}

/// What stands behind the last value: the one message, and nothing of the loader is left.
pub(super) fn closing(needed: &[&Function]) -> String {
    let names: Vec<String> = needed.iter().map(|(name, _)| format!("_polywire_{name}")).collect();
    format!(
        "
unset -f {}
unset -v _polywire_masked _polywire_value _polywire_items
if ((${{#_polywire_problems[@]}} > 0)); then
  printf '%s\\n' \"${{_polywire_problems[@]}}\" >&2
  unset -v _polywire_problems
  return 1 2>/dev/null || exit 1
fi
unset -v _polywire_problems
",
        names.join(" ")
    )
}

/// The functions that a text calls, and those that these call.
pub(super) fn needed(body: &str) -> Vec<&'static Function> {
    let mut text = body.to_owned();
    let mut found = Vec::new();
    // Each stands behind those that call it.
    for function @ (name, body) in FUNCTIONS {
        let by_kind = KINDS.contains(name) && calls_kind(&text, name);
        if text.contains(&format!("_polywire_{name} ")) || by_kind {
            text.push_str(body);
            found.push(function);
        }
    }
    found.reverse();
    found
}

const KINDS: &[&str] = &["boolean", "integer", "number", "choice", "text", "json"];

/// `_polywire_check NAME kind` and `_polywire_list NAME kind`.
fn calls_kind(text: &str, kind: &str) -> bool {
    text.lines().any(|line| {
        let call = ["_polywire_check ", "_polywire_list "].iter().find_map(|call| line.split_once(call));
        call.is_some_and(|(_, rest)| rest.split(' ').nth(1) == Some(kind))
    })
}

const FUNCTIONS: &[Function] = &[
    ("required", REQUIRED),
    ("map", MAP),
    ("list", LIST),
    ("json_items", JSON_ITEMS),
    ("json_text", JSON_TEXT),
    ("has", HAS),
    ("null", NULL),
    ("check", CHECK),
    ("json", JSON),
    ("choice", CHOICE),
    ("number", NUMBER),
    ("integer", INTEGER),
    ("at_most", AT_MOST),
    ("boolean", BOOLEAN),
    ("text", TEXT),
    ("is_array", IS_ARRAY),
    ("wrong", WRONG),
];

const WRONG: &str = r#"# Keeps a problem: name, text, what it is not.
_polywire_wrong() {
  local text=$2 back='\'
  if [[ $_polywire_masked == *" ${1%%[*} "* ]]; then
    _polywire_problems+=("$1: not $3")
    return
  fi
  text=${text//"$back"/"$back$back"}
  text=${text//'"'/"$back\""}
  text=${text//$'\n'/"${back}n"}
  text=${text//$'\r'/"${back}r"}
  text=${text//$'\t'/"${back}t"}
  _polywire_problems+=("$1: \"$text\" is not $3")
}"#;

const IS_ARRAY: &str = r#"_polywire_is_array() {
  [[ $(declare -p "$1" 2>/dev/null) == 'declare -'[aA]* ]]
}"#;

const TEXT: &str = r#"_polywire_text() {
  _polywire_value=$2
}"#;

const BOOLEAN: &str = r#"_polywire_boolean() {
  case ${2,,} in
    true | 1 | yes | on) _polywire_value=true ;;
    false | 0 | no | off) _polywire_value=false ;;
    *)
      _polywire_wrong "$1" "$2" 'a boolean'
      return 1
      ;;
  esac
}"#;

const AT_MOST: &str = r#"# Whether one integer is not greater than another; they may have any length.
_polywire_at_most() {
  local a=${1#-} b=${2#-} swap
  if [[ $1 == -* && $2 != -* ]]; then return 0; fi
  if [[ $1 != -* && $2 == -* ]]; then [[ $a$b == 00 ]] && return 0 || return 1; fi
  if [[ $1 == -* ]]; then
    swap=$a
    a=$b
    b=$swap
  fi
  if ((${#a} != ${#b})); then ((${#a} < ${#b})); else [[ $a == "$b" || $a < $b ]]; fi
}"#;

const INTEGER: &str = r#"# Name, text, and the least and greatest where there are such.
_polywire_integer() {
  local LC_ALL=C
  if ! [[ $2 =~ ^([+-]?)0*([0-9]+)$ ]]; then
    _polywire_wrong "$1" "$2" 'an integer'
    return 1
  fi
  _polywire_value=${BASH_REMATCH[1]#+}${BASH_REMATCH[2]}
  if (($# > 2)) && ! { _polywire_at_most "$3" "$_polywire_value" && _polywire_at_most "$_polywire_value" "$4"; }; then
    _polywire_wrong "$1" "$2" "between $3 and $4"
    return 1
  fi
}"#;

const NUMBER: &str = r#"_polywire_number() {
  local LC_ALL=C shown exponent
  if [[ $2 =~ ^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?$ ]] && printf -v shown '%.16e' "$2" 2>/dev/null && [[ $shown != *inf ]]; then
    exponent=${shown##*e}
    shown=${shown#-}
    # The greatest number of 64 bits is a little more than 1.797e308.
    if ((10#${exponent#[+-]} < 308)) || [[ $exponent == -* || ($exponent == +308 && ! ${shown%e*} > 1.7976931348623157) ]]; then
      _polywire_value=${2#+}
      return 0
    fi
  fi
  _polywire_wrong "$1" "$2" 'a number'
  return 1
}"#;

const CHOICE: &str = r#"# Name, text, and the words that there are.
_polywire_choice() {
  local word all
  for word in "${@:3}"; do
    if [[ $2 == "$word" ]]; then
      _polywire_value=$2
      return 0
    fi
  done
  printf -v all '%s, ' "${@:3}"
  _polywire_wrong "$1" "$2" "one of ${all%, }"
  return 1
}"#;

const JSON: &str = r#"# Bash has no reader of JSON: only how the text begins and ends is looked at.
_polywire_json() {
  local blank=$'[ \t\r\n]*'
  local word="^$blank(true|false|null|-?[0-9][-+.0-9eE]*)$blank\$"
  if [[ $2 =~ ^$blank\[.*\]$blank$ || $2 =~ ^$blank\{.*\}$blank$ || $2 =~ ^$blank\".*\"$blank$ || $2 =~ $word ]]; then
    _polywire_value=$2
    return 0
  fi
  _polywire_wrong "$1" "$2" JSON
  return 1
}"#;

const CHECK: &str = r#"# Checks a variable: name, kind, what the kind needs.
_polywire_check() {
  if "_polywire_$2" "$1" "${!1}" "${@:3}"; then printf -v "$1" %s "$_polywire_value"; fi
}"#;

const NULL: &str = r#"# Whether a variable says null, by no text; then it is not set any more.
_polywire_null() {
  if [[ -n ${!1-} ]] || _polywire_is_array "$1"; then return 1; fi
  unset -v "$1"
}"#;

const HAS: &str = r#"_polywire_has() {
  [[ -n ${!1+set} ]] || _polywire_is_array "$1"
}"#;

const REQUIRED: &str = r#"_polywire_required() {
  if ! _polywire_has "$1"; then
    _polywire_problems+=("$1: not set")
    return 1
  fi
}"#;

const MAP: &str = r#"_polywire_map() {
  if ! _polywire_is_array "$1"; then
    _polywire_problems+=("$1: a map, which bash cannot read from the environment")
  fi
}"#;

const LIST: &str = r#"# Makes an array of a JSON array or of words between commas: name, kind of an item, what the kind needs.
_polywire_list() {
  if _polywire_is_array "$1"; then return; fi
  local rest=${!1} item checked=()
  _polywire_items=()
  rest=${rest#"${rest%%[! $'\t\r\n']*}"}
  rest=${rest%"${rest##*[! $'\t\r\n']}"}
  if [[ $rest == \[* ]]; then
    if ! _polywire_json_items "$rest"; then
      _polywire_wrong "$1" "$rest" JSON
      return
    fi
  elif [[ -n $rest ]]; then
    rest+=,
    while [[ -n $rest ]]; do
      item=${rest%%,*}
      item=${item#"${item%%[! $'\t\r\n']*}"}
      _polywire_items+=("${item%"${item##*[! $'\t\r\n']}"}")
      rest=${rest#*,}
    done
  fi
  for item in ${_polywire_items[@]+"${_polywire_items[@]}"}; do
    if ! "_polywire_$2" "$1[${#checked[@]}]" "$item" "${@:3}"; then return; fi
    checked+=("$_polywire_value")
  done
  unset -v "$1"
  declare -ga "$1=()"
  for item in "${!checked[@]}"; do printf -v "$1[$item]" %s "${checked[item]}"; done
}"#;

const JSON_ITEMS: &str = r#"# The items of a JSON array of texts, numbers and booleans, in _polywire_items.
_polywire_json_items() {
  local rest=${1#[} blank=$'[ \t\r\n]*'
  local text="^$blank\"(([^\"\\\\]|\\\\([\"\\\\/bfnrt]|u[0-9a-fA-F]{4}))*)\"$blank([],])"
  local word="^$blank(true|false|-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?)$blank([],])"
  if [[ $rest =~ ^$blank\]$ ]]; then return 0; fi
  while :; do
    if [[ $rest =~ $text ]]; then
      rest=${rest:${#BASH_REMATCH[0]}}
      set -- "${BASH_REMATCH[4]}"
      _polywire_json_text "${BASH_REMATCH[1]}" || return 1
      _polywire_items+=("$_polywire_value")
    elif [[ $rest =~ $word ]]; then
      rest=${rest:${#BASH_REMATCH[0]}}
      set -- "${BASH_REMATCH[5]}"
      _polywire_items+=("${BASH_REMATCH[1]}")
    else
      return 1
    fi
    if [[ $1 == ']' ]]; then
      [[ -z $rest ]]
      return
    fi
  done
}"#;

const JSON_TEXT: &str = r#"# What a text of JSON says, without its escapes, in _polywire_value.
_polywire_json_text() {
  local rest=$1 back='\' code low bytes
  _polywire_value=
  while [[ $rest == *"$back"* ]]; do
    _polywire_value+=${rest%%"$back"*}
    rest=${rest#*"$back"}
    case ${rest:0:1} in
      b) _polywire_value+=$'\b' ;;
      f) _polywire_value+=$'\f' ;;
      n) _polywire_value+=$'\n' ;;
      r) _polywire_value+=$'\r' ;;
      t) _polywire_value+=$'\t' ;;
      u)
        code=$((16#${rest:1:4}))
        rest=${rest:4}
        if ((code >= 0xd800 && code < 0xdc00)) && [[ ${rest:1:2} == "${back}u" ]]; then
          low=$((16#${rest:3:4}))
          code=$((0x10000 + ((code - 0xd800) << 10) + low - 0xdc00))
          rest=${rest:6}
        fi
        if ((code == 0)); then return 1; fi
        if ((code < 0x80)); then
          printf -v bytes '\\x%02x' "$code"
        elif ((code < 0x800)); then
          printf -v bytes '\\x%02x\\x%02x' $((0xc0 | code >> 6)) $((0x80 | code & 63))
        elif ((code < 0x10000)); then
          printf -v bytes '\\x%02x\\x%02x\\x%02x' $((0xe0 | code >> 12)) $((0x80 | code >> 6 & 63)) $((0x80 | code & 63))
        else
          printf -v bytes '\\x%02x\\x%02x\\x%02x\\x%02x' $((0xf0 | code >> 18)) $((0x80 | code >> 12 & 63)) $((0x80 | code >> 6 & 63)) $((0x80 | code & 63))
        fi
        printf -v bytes '%b' "$bytes"
        _polywire_value+=$bytes
        ;;
      *) _polywire_value+=${rest:0:1} ;;
    esac
    rest=${rest:1}
  done
  _polywire_value+=$rest
}"#;
