//! The parts of a Python module that read the environment, each as black would write it.

use super::{Needs, Part};

pub(super) const ERROR: &str = r#"class ConfigError(Exception):
    """Names everything in the environment that is missing or malformed."""

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)
        self.problems = problems

    def __str__(self) -> str:
        return "\n".join(self.problems)"#;

/// The parts that are needed, in their order.
pub(super) fn parts(needs: &Needs) -> Vec<String> {
    let mut parts = vec![PROBLEM.to_owned(), environment(needs)];
    let scalar = [Part::Bool, Part::Int, Part::Float, Part::Text, Part::Choice, Part::NullableText];
    let rows: &[(&[Part], &str)] = &[
        (&[Part::Masked], MASKED),
        (&scalar, TEXT),
        (&[Part::Bool], BOOLEAN),
        (&[Part::Int], INTEGER),
        (&[Part::Float], NUMBER),
        (&[Part::Choice], CHOICE),
        (&[Part::Nullable], NULLABLE),
        (&[Part::NullableText], TEXT_OR_NULL),
        (&[Part::Json], JSON),
        (&[Part::Words], WORDS),
        (&[Part::List], LIST),
        (&[Part::Map], MAP),
    ];
    let needed = rows.iter().filter(|(of, _)| needs.any(of)).map(|(_, text)| (*text).to_owned());
    parts.extend(needed);
    if needs.has(Part::Record) {
        parts.push(members(needs));
    }
    parts.extend(needs.has(Part::Any).then(|| ANYTHING.to_owned()));
    parts
}

const PROBLEM: &str = r#"class _Problem(Exception):
    """Says what a value is not."""

    def __init__(self, at: str, what: str, text: str | None = None) -> None:
        shown = "" if text is None else f"{json.dumps(text, ensure_ascii=False)} is "
        super().__init__(f"{at}: {shown}not {what}")
        self.at = at
        self.what = what"#;

fn environment(needs: &Needs) -> String {
    let mut text = r#"class _Environment:
    """Reads variables, and keeps what is wrong with them."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        self.variables = variables
        self.problems: list[str] = []"#
        .to_owned();
    if needs.has(Part::Optional) {
        text.push_str(
            r#"

    def optional(
        self, name: str, parse: Callable[[str, object], _T], otherwise: _T
    ) -> _T:
        if name not in self.variables:
            return otherwise
        try:
            return parse(name, self.variables[name])
        except _Problem as problem:
            self.problems.append(str(problem))
            return otherwise"#,
        );
    }
    if needs.has(Part::OptionalNullable) {
        text.push_str(
            r#"

    def nullable(
        self, name: str, parse: Callable[[str, object], _T], otherwise: object
    ) -> _T | None:
        return self.optional(name, _nullable(parse), cast("_T | None", otherwise))"#,
        );
    }
    if needs.has(Part::Required) {
        text.push_str(
            r#"

    def required(self, name: str, parse: Callable[[str, object], _T]) -> _T:
        try:
            if name not in self.variables:
                raise _Problem(name, "set")
            return parse(name, self.variables[name])
        except _Problem as problem:
            self.problems.append(str(problem))
            return cast(_T, None)  # Nobody sees it: load() raises."#,
        );
    }
    text
}

const MASKED: &str = r#"def _masked(parse: Callable[[str, object], _T]) -> Callable[[str, object], _T]:
    """Keeps a value out of messages."""

    def read(at: str, value: object) -> _T:
        try:
            return parse(at, value)
        except _Problem as problem:
            raise _Problem(problem.at, problem.what) from None

    return read"#;

const TEXT: &str = r#"def _text(at: str, value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        raise _Problem(at, "a single value")
    return value"#;

const BOOLEAN: &str = r#"def _boolean(at: str, value: object) -> bool:
    text = _text(at, value)
    if text.lower() in ("true", "1", "yes", "on"):
        return True
    if text.lower() in ("false", "0", "no", "off"):
        return False
    raise _Problem(at, "a boolean", text)"#;

const INTEGER: &str = r#"def _integer(
    low: int | None = -(2**63), high: int | None = 2**63 - 1
) -> Callable[[str, object], int]:
    def read(at: str, value: object) -> int:
        text = _text(at, value)
        if not re.fullmatch("[+-]?[0-9]{1,1000}", text):
            raise _Problem(at, "an integer", text)
        number = int(text)
        if low is not None and high is not None and not low <= number <= high:
            raise _Problem(at, f"between {low} and {high}", text)
        return number

    return read"#;

const NUMBER: &str = r#"def _number(at: str, value: object) -> float:
    text = _text(at, value)
    try:
        number = float(text)
    except ValueError:
        raise _Problem(at, "a number", text) from None
    if set(text) <= set("0123456789+-.eE") and abs(number) != float("inf"):
        return number
    raise _Problem(at, "a number", text)"#;

const CHOICE: &str = r#"def _choice(choices: tuple[_T, ...]) -> Callable[[str, object], _T]:
    def read(at: str, value: object) -> _T:
        text = _text(at, value)
        for choice in choices:
            if choice == text:
                return choice
        raise _Problem(at, f"one of {', '.join(map(str, choices))}", text)

    return read"#;

const NULLABLE: &str = r#"def _nullable(
    parse: Callable[[str, object], _T],
) -> Callable[[str, object], _T | None]:
    def read(at: str, value: object) -> _T | None:
        return None if value is None or value == "" else parse(at, value)

    return read"#;

const TEXT_OR_NULL: &str = r#"def _text_or_null(at: str, value: object) -> str | None:
    return None if value is None else _text(at, value)"#;

const JSON: &str = r#"class _Number(str):
    """The digits of a number in JSON."""


def _not_json(text: str) -> object:
    raise ValueError(text)


def _json(parse: Callable[[str, object], _T]) -> Callable[[str, object], _T]:
    """Reads the text of a variable as JSON."""

    def read(at: str, value: object) -> _T:
        text = str(value)
        try:
            node: object = json.loads(
                text, parse_int=_Number, parse_float=_Number, parse_constant=_not_json
            )
        except (ValueError, RecursionError):
            raise _Problem(at, "JSON", text) from None
        return parse(at, node)

    return read"#;

const WORDS: &str = r#"def _words(
    parse: Callable[[str, object], _T],
) -> Callable[[str, object], tuple[_T, ...]]:
    """Reads words between commas, or a list in JSON."""

    def read(at: str, value: object) -> tuple[_T, ...]:
        text = str(value).strip(" \t\r\n")
        if text.startswith("["):
            return _json(_list(parse))(at, text)
        words = [word.strip(" \t\r\n") for word in text.split(",")] if text else []
        return _list(parse)(at, words)

    return read"#;

const LIST: &str = r#"def _list(
    parse: Callable[[str, object], _T],
) -> Callable[[str, object], tuple[_T, ...]]:
    def read(at: str, value: object) -> tuple[_T, ...]:
        if not isinstance(value, list):
            raise _Problem(at, "a list")
        items: list[object] = value
        return tuple(parse(f"{at}[{place}]", item) for place, item in enumerate(items))

    return read"#;

const MAP: &str = r#"def _map(
    parse: Callable[[str, object], _T],
) -> Callable[[str, object], Mapping[str, _T]]:
    def read(at: str, value: object) -> Mapping[str, _T]:
        if not isinstance(value, dict):
            raise _Problem(at, "a map")
        members: dict[str, object] = value
        return {key: parse(f"{at}.{key}", member) for key, member in members.items()}

    return read"#;

fn members(needs: &Needs) -> String {
    let mut text = r#"class _Members:
    """Reads the members of a record."""

    def __init__(self, at: str, value: object, *known: str) -> None:
        if not isinstance(value, dict):
            raise _Problem(at, "a record")
        self.at = at
        self.members: dict[str, object] = value
        for name in sorted(self.members):
            if name not in known:
                raise _Problem(f"{at}.{name}", "a known member")"#
        .to_owned();
    if needs.has(Part::RequiredMember) {
        text.push_str(
            r#"

    def required(self, name: str, parse: Callable[[str, object], _T]) -> _T:
        if name not in self.members:
            raise _Problem(f"{self.at}.{name}", "set")
        return parse(f"{self.at}.{name}", self.members[name])"#,
        );
    }
    if needs.has(Part::OptionalMember) {
        text.push_str(
            r#"

    def optional(self, name: str, parse: Callable[[str, object], _T]) -> _T | None:
        value = self.members.get(name)
        return None if value is None else parse(f"{self.at}.{name}", value)"#,
        );
    }
    text
}

const ANYTHING: &str = r#"def _anything(at: str, value: object) -> Any:
    if isinstance(value, _Number):
        if re.fullmatch("-?[0-9]{1,1000}", value):
            return int(value)
        number = float(value)
        if abs(number) == float("inf"):
            raise _Problem(at, "a number", value)
        return number
    if isinstance(value, list):
        return [
            _anything(f"{at}[{place}]", item)
            for place, item in enumerate(cast("list[object]", value))
        ]
    if isinstance(value, dict):
        members = cast("dict[str, object]", value)
        return {
            key: _anything(f"{at}.{key}", member) for key, member in members.items()
        }
    return value"#;
