//! What reads JSON in a Rust module, where the language brings nothing for it.

use super::Needs;
use crate::settings::code::Part;

/// The values that are read.
pub(super) fn json(needs: &Needs) -> String {
    if !needs.has(Part::Json) {
        return TEXT_ONLY.to_owned();
    }
    r#"/// A value of JSON; numbers keep their digits.
enum Json {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Json>),
    Map(BTreeMap<String, Json>),
}

impl Json {
    fn text(&self, at: &str) -> Result<String, Problem> {
        match self {
            Json::Bool(value) => Ok(value.to_string()),
            Json::Number(text) | Json::Text(text) => Ok(text.clone()),
            Json::Null | Json::List(_) | Json::Map(_) => Err(Problem::not(at, "a single value")),
        }
    }

    fn parse(text: &str) -> Option<Json> {
        let mut reader = JsonReader {
            rest: text,
            depth: 0,
        };
        let node = reader.value()?;
        reader.blanks();
        reader.rest.is_empty().then_some(node)
    }
}"#
    .to_owned()
}

/// Where nothing is read from JSON.
const TEXT_ONLY: &str = r#"/// The text of a variable.
enum Json {
    Null,
    Text(String),
}

impl Json {
    fn text(&self, at: &str) -> Result<String, Problem> {
        match self {
            Json::Null => Err(Problem::not(at, "a single value")),
            Json::Text(text) => Ok(text.clone()),
        }
    }
}"#;

/// What reads JSON.
pub(super) const READER: &str = r#"struct JsonReader<'a> {
    rest: &'a str,
    depth: u32,
}

impl JsonReader<'_> {
    fn value(&mut self) -> Option<Json> {
        self.blanks();
        self.depth += 1;
        if self.depth > 100 {
            return None;
        }
        let node = match self.rest.chars().next()? {
            'n' => self.take("null").then_some(Json::Null),
            't' => self.take("true").then_some(Json::Bool(true)),
            'f' => self.take("false").then_some(Json::Bool(false)),
            '"' => self.text().map(Json::Text),
            '[' => self.list(),
            '{' => self.map(),
            _ => self.number(),
        };
        self.depth -= 1;
        node
    }

    fn blanks(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    fn take(&mut self, word: &str) -> bool {
        let rest = self.rest.strip_prefix(word);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn list(&mut self) -> Option<Json> {
        let mut items = Vec::new();
        let mut more = self.open("[", "]");
        while more {
            items.push(self.value()?);
            more = self.more("]")?;
        }
        Some(Json::List(items))
    }

    fn map(&mut self) -> Option<Json> {
        let mut members = BTreeMap::new();
        let mut more = self.open("{", "}");
        while more {
            self.blanks();
            let key = self.text()?;
            self.blanks();
            if !self.take(":") {
                return None;
            }
            members.insert(key, self.value()?);
            more = self.more("}")?;
        }
        Some(Json::Map(members))
    }

    /// Whether anything stands between the brackets.
    fn open(&mut self, open: &str, close: &str) -> bool {
        self.take(open);
        self.blanks();
        !self.take(close)
    }

    /// Whether another item follows.
    fn more(&mut self, close: &str) -> Option<bool> {
        self.blanks();
        if self.take(",") {
            return Some(true);
        }
        self.take(close).then_some(false)
    }

    fn number(&mut self) -> Option<Json> {
        let is_part = |c: char| c.is_ascii_digit() || "+-.eE".contains(c);
        let end = self.rest.find(|c| !is_part(c)).unwrap_or(self.rest.len());
        let (digits, rest) = self.rest.split_at(end);
        self.rest = rest;
        let is_digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        let plain = digits.strip_prefix('-').unwrap_or(digits);
        let (plain, exponent) = plain.split_once(['e', 'E']).unwrap_or((plain, "0"));
        let (whole, fraction) = plain.split_once('.').unwrap_or((plain, "0"));
        let exponent = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        let leads = whole.len() > 1 && whole.starts_with('0');
        let is_number = is_digits(whole) && !leads && is_digits(fraction) && is_digits(exponent);
        is_number.then(|| Json::Number(digits.to_string()))
    }

    fn text(&mut self) -> Option<String> {
        if !self.take("\"") {
            return None;
        }
        let mut text = String::new();
        loop {
            let c = self.next()?;
            match c {
                '"' => return Some(text),
                '\\' => text.push(self.escape()?),
                c if c < ' ' => return None,
                c => text.push(c),
            }
        }
    }

    fn next(&mut self) -> Option<char> {
        let c = self.rest.chars().next()?;
        self.rest = &self.rest[c.len_utf8()..];
        Some(c)
    }

    fn escape(&mut self) -> Option<char> {
        Some(match self.next()? {
            'b' => '\u{8}',
            'f' => '\u{c}',
            'n' => '\n',
            'r' => '\r',
            't' => '\t',
            'u' => {
                let first = self.unit()?;
                if !(0xd800..0xdc00).contains(&first) {
                    return char::from_u32(first);
                }
                if !self.take("\\u") {
                    return None;
                }
                let second = self.unit()?.checked_sub(0xdc00)?;
                if second >= 0x400 {
                    return None;
                }
                return char::from_u32(0x10000 + ((first - 0xd800) << 10) + second);
            }
            c @ ('"' | '\\' | '/') => c,
            _ => return None,
        })
    }

    fn unit(&mut self) -> Option<u32> {
        let digits = self.rest.get(..4)?;
        if !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        self.rest = &self.rest[4..];
        u32::from_str_radix(digits, 16).ok()
    }
}"#;
