//! The parts of a Rust module that read the environment, each as rustfmt would write it.

use super::{Needs, json};
use crate::settings::code::Part;

/// What a module of settings may do although it is warned of.
pub(super) const ALLOWED: &str = "#![allow(
    dead_code,
    clippy::approx_constant,
    clippy::doc_lazy_continuation,
    clippy::doc_overindented_list_items,
    clippy::enum_variant_names,
    clippy::upper_case_acronyms
)]";

pub(super) const FMT: &str = "fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {";

pub(super) const VALUE: &str = r#"/// Any value.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Bool(bool),
    Int(i128),
    Float(f64),
    Text(String),
    List(Vec<Value>),
    Map(BTreeMap<String, Value>),
}"#;

/// The function that gives all settings.
pub(super) fn load(mutable: &str, config: &str) -> String {
    format!(
        r#"/// Names everything in the environment that is missing or malformed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigError {{
    pub problems: Vec<String>,
}}

impl fmt::Display for ConfigError {{
    {FMT}
        f.write_str(&self.problems.join("\n"))
    }}
}}

impl std::error::Error for ConfigError {{}}

impl Config {{
    /// Reads the variables of the process over the values of the file.
    pub fn load() -> Result<Config, ConfigError> {{
        Config::load_from(|name| Some(env::var_os(name)?.to_string_lossy().into_owned()))
    }}

    /// Reads variables from elsewhere over the values of the file.
    pub fn load_from(lookup: impl Fn(&str) -> Option<String>) -> Result<Config, ConfigError> {{
        let {mutable}env = Environment {{
            lookup: &lookup,
            problems: Vec::new(),
        }};
        {config};
        if env.problems.is_empty() {{
            Ok(config)
        }} else {{
            Err(ConfigError {{
                problems: env.problems,
            }})
        }}
    }}
}}"#
    )
}

/// A type whose values are some texts.
pub(super) fn choice(name: &str, variants: &str, all: &str, arms: &str) -> String {
    format!(
        r#"/// One of some texts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum {name} {{{variants}
}}

impl {name} {{
    /// Every value.
    {all};

    /// As it is written.
    pub fn as_str(self) -> &'static str {{
        match self {{{arms}
        }}
    }}
}}

impl Setting for {name} {{
    const IS_WORD: bool = true;

    fn blank() -> Self {{
        Self::ALL[0]
    }}

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {{
        let text = node.text(at)?;
        let found = Self::ALL.iter().find(|choice| choice.as_str() == text);
        found.copied().ok_or_else(|| {{
            let choices: Vec<&str> = Self::ALL.iter().map(|choice| choice.as_str()).collect();
            Problem::of(at, &text, &format!("one of {{}}", choices.join(", ")))
        }})
    }}
}}"#
    )
}

/// What reads a record.
pub(super) fn record(name: &str, blank: &str, members: &str, made: &str) -> String {
    format!(
        r#"impl Setting for {name} {{
    fn blank() -> Self {{
        {blank}
    }}

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {{
        {members}?;
        {made}
    }}
}}"#
    )
}

/// Whether anything is read from JSON.
pub(super) fn has_json(needs: &Needs) -> bool {
    needs.has(Part::Json)
}

/// The parts that are needed, in their order.
pub(super) fn parts(needs: &Needs, integers: &[&str], has_options: bool) -> Vec<String> {
    let mut parts = vec![environment(needs), PROBLEM.to_owned(), setting(needs)];
    if needs.has(Part::Bool) {
        parts.push(BOOL.to_owned());
    }
    if !integers.is_empty() {
        parts.push(format!("{INTEGERS}\n\nintegers!({});", integers.join(", ")));
    }
    let rows: &[(&[Part], &str)] = &[
        (&[Part::Float], FLOAT),
        (&[Part::Text, Part::NullableText], TEXT),
        (&[Part::List], LIST),
        (&[Part::Map], MAP),
        (&[Part::Record], MEMBERS),
        (&[Part::RequiredMember], REQUIRED_MEMBER),
        (&[Part::OptionalMember], OPTIONAL_MEMBER),
        (&[Part::Any], ANY),
    ];
    parts.extend(rows.iter().filter(|(of, _)| needs.any(of)).map(|(_, text)| (*text).to_owned()));
    parts.extend(has_options.then(|| OPTION.to_owned()));
    parts.push(json::json(needs));
    parts.extend(has_json(needs).then(|| json::READER.to_owned()));
    parts
}

fn environment(needs: &Needs) -> String {
    let mut text = r#"/// Reads variables, and keeps what is wrong with them.
struct Environment<'a> {
    lookup: &'a dyn Fn(&str) -> Option<String>,
    problems: Vec<String>,
}

impl Environment<'_> {
    fn optional<T: Setting>(&mut self, name: &str, otherwise: T) -> T {
        match (self.lookup)(name) {
            Some(text) => self.keep(T::read_text(name, &text), true),
            None => otherwise,
        }
    }

    fn required<T: Setting>(&mut self, name: &str) -> T {
        match (self.lookup)(name) {
            Some(text) => self.keep(T::read_text(name, &text), true),
            None => self.keep(Err(Problem::not(name, "set")), true),
        }
    }"#
    .to_owned();
    if needs.has(Part::Masked) {
        text.push_str(
            r#"

    fn optional_secret<T: Setting>(&mut self, name: &str, otherwise: T) -> T {
        match (self.lookup)(name) {
            Some(text) => self.keep(T::read_text(name, &text), false),
            None => otherwise,
        }
    }

    fn required_secret<T: Setting>(&mut self, name: &str) -> T {
        match (self.lookup)(name) {
            Some(text) => self.keep(T::read_text(name, &text), false),
            None => self.keep(Err(Problem::not(name, "set")), false),
        }
    }"#,
        );
    }
    text.push_str(
        r#"

    fn keep<T: Setting>(&mut self, result: Result<T, Problem>, shown: bool) -> T {
        result.unwrap_or_else(|problem| {
            self.problems.push(problem.line(shown));
            T::blank()
        })
    }
}"#,
    );
    text
}

const PROBLEM: &str = r#"/// Says what a value is not.
struct Problem {
    at: String,
    text: Option<String>,
    what: String,
}

impl Problem {
    fn of(at: &str, text: &str, what: &str) -> Problem {
        Problem {
            at: at.to_string(),
            text: Some(text.to_string()),
            what: what.to_string(),
        }
    }

    fn not(at: &str, what: &str) -> Problem {
        Problem {
            at: at.to_string(),
            text: None,
            what: what.to_string(),
        }
    }

    fn line(&self, shown: bool) -> String {
        match &self.text {
            Some(text) if shown => format!("{}: {} is not {}", self.at, quoted(text), self.what),
            _ => format!("{}: not {}", self.at, self.what),
        }
    }
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if c < ' ' => out.push_str(&format!("\\u{:04x}", c as u32)),
            c => out.push(c),
        }
    }
    out.push('"');
    out
}"#;

fn setting(needs: &Needs) -> String {
    let read_text = if needs.has(Part::Json) {
        r#"        if Self::IS_WORD {
            return Self::read(at, &Json::Text(text.to_string()));
        }
        match Json::parse(text) {
            Some(node) => Self::read(at, &node),
            None => Err(Problem::of(at, text, "JSON")),
        }"#
    } else {
        "        Self::read(at, &Json::Text(text.to_string()))"
    };
    format!(
        r#"/// A type that settings have.
trait Setting: Sized {{
    /// Whether it is written as one plain word.
    const IS_WORD: bool = false;
    /// Whether empty text is a value.
    const TAKES_EMPTY: bool = false;

    /// What stands there until the problem is reported.
    fn blank() -> Self;

    fn read(at: &str, node: &Json) -> Result<Self, Problem>;

    /// Reads the text of a variable.
    fn read_text(at: &str, text: &str) -> Result<Self, Problem> {{
{read_text}
    }}
}}"#
    )
}

const BOOL: &str = r#"impl Setting for bool {
    const IS_WORD: bool = true;

    fn blank() -> Self {
        false
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        let text = node.text(at)?;
        match text.to_lowercase().as_str() {
            "true" | "1" | "yes" | "on" => Ok(true),
            "false" | "0" | "no" | "off" => Ok(false),
            _ => Err(Problem::of(at, &text, "a boolean")),
        }
    }
}"#;

const INTEGERS: &str = r#"macro_rules! integers {
    ($($integer:ty),*) => {$(
        impl Setting for $integer {
            const IS_WORD: bool = true;

            fn blank() -> Self {
                0
            }

            fn read(at: &str, node: &Json) -> Result<Self, Problem> {
                let text = node.text(at)?;
                let digits = text.strip_prefix(['+', '-']).unwrap_or(&text);
                if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
                    return Err(Problem::of(at, &text, "an integer"));
                }
                let (low, high) = (Self::MIN, Self::MAX);
                let range = format!("between {low} and {high}");
                text.parse().map_err(|_| Problem::of(at, &text, &range))
            }
        }
    )*};
}"#;

const FLOAT: &str = r#"impl Setting for f64 {
    const IS_WORD: bool = true;

    fn blank() -> Self {
        0.0
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        let text = node.text(at)?;
        let is_decimal = text.chars().all(|c| "0123456789+-.eE".contains(c));
        match text.parse::<f64>() {
            Ok(number) if is_decimal && number.is_finite() => Ok(number),
            _ => Err(Problem::of(at, &text, "a number")),
        }
    }
}"#;

const TEXT: &str = r#"impl Setting for String {
    const IS_WORD: bool = true;
    const TAKES_EMPTY: bool = true;

    fn blank() -> Self {
        String::new()
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        node.text(at)
    }
}"#;

const OPTION: &str = r#"impl<T: Setting> Setting for Option<T> {
    const IS_WORD: bool = T::IS_WORD;

    fn blank() -> Self {
        None
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        match node {
            Json::Null => Ok(None),
            Json::Text(text) if text.is_empty() && !T::TAKES_EMPTY => Ok(None),
            node => T::read(at, node).map(Some),
        }
    }

    fn read_text(at: &str, text: &str) -> Result<Self, Problem> {
        if text.is_empty() && !T::TAKES_EMPTY {
            return Ok(None);
        }
        T::read_text(at, text).map(Some)
    }
}"#;

const LIST: &str = r#"impl<T: Setting> Setting for Vec<T> {
    fn blank() -> Self {
        Vec::new()
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        let Json::List(items) = node else {
            return Err(Problem::not(at, "a list"));
        };
        let items = items.iter().enumerate();
        items
            .map(|(place, item)| T::read(&format!("{at}[{place}]"), item))
            .collect()
    }

    /// Reads words between commas, or a list in JSON.
    fn read_text(at: &str, text: &str) -> Result<Self, Problem> {
        const BLANKS: [char; 4] = [' ', '\t', '\r', '\n'];
        let text = text.trim_matches(BLANKS);
        if T::IS_WORD && text.is_empty() {
            return Ok(Vec::new());
        }
        if T::IS_WORD && !text.starts_with('[') {
            let words = text.split(',').map(|word| word.trim_matches(BLANKS));
            let words = words.map(|word| Json::Text(word.to_string())).collect();
            return Self::read(at, &Json::List(words));
        }
        match Json::parse(text) {
            Some(node) => Self::read(at, &node),
            None => Err(Problem::of(at, text, "JSON")),
        }
    }
}"#;

const MAP: &str = r#"impl<T: Setting> Setting for BTreeMap<String, T> {
    fn blank() -> Self {
        BTreeMap::new()
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        let Json::Map(members) = node else {
            return Err(Problem::not(at, "a map"));
        };
        let read = |(key, member): (&String, &Json)| {
            let value = T::read(&format!("{at}.{key}"), member)?;
            Ok((key.clone(), value))
        };
        members.iter().map(read).collect()
    }
}"#;

const MEMBERS: &str = r#"impl Json {
    /// The members of a record, which are all known.
    fn members(&self, at: &str, known: &[&str]) -> Result<&BTreeMap<String, Json>, Problem> {
        let Json::Map(members) = self else {
            return Err(Problem::not(at, "a record"));
        };
        match members.keys().find(|key| !known.contains(&key.as_str())) {
            Some(key) => Err(Problem::not(&format!("{at}.{key}"), "a known member")),
            None => Ok(members),
        }
    }
}"#;

const REQUIRED_MEMBER: &str = r#"fn required_member<T: Setting>(
    at: &str,
    members: &BTreeMap<String, Json>,
    name: &str,
) -> Result<T, Problem> {
    let at = format!("{at}.{name}");
    match members.get(name) {
        Some(node) => T::read(&at, node),
        None => Err(Problem::not(&at, "set")),
    }
}"#;

const OPTIONAL_MEMBER: &str = r#"fn optional_member<T: Setting>(
    at: &str,
    members: &BTreeMap<String, Json>,
    name: &str,
) -> Result<T, Problem> {
    let node = members.get(name).unwrap_or(&Json::Null);
    T::read(&format!("{at}.{name}"), node)
}"#;

const ANY: &str = r#"impl Setting for Value {
    fn blank() -> Self {
        Value::Null
    }

    fn read(at: &str, node: &Json) -> Result<Self, Problem> {
        Ok(match node {
            Json::Null => Value::Null,
            Json::Bool(value) => Value::Bool(*value),
            Json::Number(digits) => {
                let wrong = || Problem::of(at, digits, "a number");
                if digits.contains(['.', 'e', 'E']) {
                    let number = digits.parse().ok();
                    Value::Float(number.filter(|n: &f64| n.is_finite()).ok_or_else(wrong)?)
                } else {
                    Value::Int(digits.parse().map_err(|_| wrong())?)
                }
            }
            Json::Text(text) => Value::Text(text.clone()),
            Json::List(items) => {
                let items = items.iter().enumerate();
                let items = items.map(|(place, item)| Value::read(&format!("{at}[{place}]"), item));
                Value::List(items.collect::<Result<_, _>>()?)
            }
            Json::Map(members) => {
                let read = |(key, member): (&String, &Json)| {
                    let value = Value::read(&format!("{at}.{key}"), member)?;
                    Ok((key.clone(), value))
                };
                Value::Map(members.iter().map(read).collect::<Result<_, _>>()?)
            }
        })
    }
}"#;
