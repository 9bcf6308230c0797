//! What kind of value a setting holds, from the values that are there.

use polywire_syntax::{Number, Value};

use super::{Member, SettingKind};
use crate::{Int, Literal};

/// How deep lists and maps are followed; below that anything stands.
const DEPTH_MAX: u32 = 16;

impl SettingKind {
    /// The kind that holds all of these values, and whether `null` is among them; else the places of two that differ.
    pub fn of_values(values: &[&Literal]) -> Result<(SettingKind, bool), (usize, usize)> {
        let mut all = Guess { nullable: false, form: Form::Unknown };
        for (at, value) in values.iter().enumerate() {
            let one = Guess::of(value, DEPTH_MAX);
            let mixed = |form: &Form| matches!(form, Form::Mixed);
            let joined = all.clone().join(one.clone());
            if mixed(&joined.form) && !mixed(&one.form) && !mixed(&all.form) {
                let first = values[..at].iter().position(|value| !value.is_null()).unwrap_or_default();
                return Err((first, at));
            }
            all = joined;
        }
        let nullable = all.nullable;
        Ok((Guess { nullable: false, ..all }.finish(), nullable))
    }
}

/// What is known of a kind from some values.
#[derive(Clone, Debug, PartialEq)]
struct Guess {
    nullable: bool,
    form: Form,
}

#[derive(Clone, Debug, PartialEq)]
enum Form {
    /// No value but `null` was seen.
    Unknown,
    /// Values of several kinds.
    Mixed,
    Bool,
    Int(Option<Int>),
    Float,
    Text,
    List(Box<Guess>),
    Record(Vec<Seen>),
}

/// A member that was seen.
#[derive(Clone, Debug, PartialEq)]
struct Seen {
    key: String,
    guess: Guess,
    always: bool,
}

impl Guess {
    fn of(value: &Literal, depth: u32) -> Guess {
        let form = match &value.value {
            _ if depth == 0 => Form::Mixed,
            Value::Null => return Guess { nullable: true, form: Form::Unknown },
            Value::Bool(_) => Form::Bool,
            Value::Number(number) => of_number(number),
            Value::Text(_) => Form::Text,
            Value::List(items) => {
                let unknown = Guess { nullable: false, form: Form::Unknown };
                let all = items.iter().fold(unknown, |all, item| all.join(Guess::of(item, depth - 1)));
                Form::List(Box::new(all))
            }
            Value::Map(map) => {
                let seen = |entry: &polywire_syntax::Entry| Seen {
                    key: entry.key.clone(),
                    guess: Guess::of(&entry.value, depth - 1),
                    always: true,
                };
                Form::Record(map.entries.iter().map(seen).collect())
            }
        };
        Guess { nullable: false, form }
    }

    fn join(self, other: Guess) -> Guess {
        let nullable = self.nullable || other.nullable;
        let form = match (self.form, other.form) {
            (Form::Unknown, form) | (form, Form::Unknown) => form,
            (Form::Int(a), Form::Int(b)) => Form::Int(if a == b { a } else { None }),
            (Form::Int(_), Form::Float) | (Form::Float, Form::Int(_)) => Form::Float,
            (Form::List(a), Form::List(b)) => Form::List(Box::new(a.join(*b))),
            (Form::Record(a), Form::Record(b)) => Form::Record(join_members(a, b)),
            (a, b) if a == b => a,
            _ => Form::Mixed,
        };
        Guess { nullable, form }
    }

    fn finish(self) -> SettingKind {
        let kind = match self.form {
            Form::Unknown | Form::Mixed => SettingKind::Any,
            Form::Bool => SettingKind::Bool,
            Form::Int(domain) => SettingKind::Int(domain),
            Form::Float => SettingKind::Float,
            Form::Text => SettingKind::Text,
            Form::List(of) => SettingKind::List(Box::new(of.finish())),
            Form::Record(members) => {
                let member = |seen: Seen| Member {
                    words: crate::words(&seen.key),
                    key: seen.key,
                    kind: seen.guess.finish(),
                    required: seen.always,
                };
                SettingKind::Record(members.into_iter().map(member).collect())
            }
        };
        // Anything is null, too.
        if self.nullable && kind != SettingKind::Any { SettingKind::Nullable(Box::new(kind)) } else { kind }
    }
}

fn of_number(number: &Number) -> Form {
    if !number.is_integer() {
        return Form::Float;
    }
    let unsigned = number.as_u64().map(|_| Int::U64);
    Form::Int(number.as_i64().map(|_| Int::I64).or(unsigned))
}

fn join_members(mut all: Vec<Seen>, other: Vec<Seen>) -> Vec<Seen> {
    for seen in &mut all {
        seen.always &= other.iter().any(|o| o.key == seen.key);
    }
    for seen in other {
        match all.iter_mut().find(|a| a.key == seen.key) {
            Some(known) => {
                let always = known.always && seen.always;
                let guess = known.guess.clone().join(seen.guess);
                *known = Seen { guess, always, key: seen.key };
            }
            None => all.push(Seen { always: false, ..seen }),
        }
    }
    all
}

#[cfg(test)]
mod tests {
    use polywire_diag::FileId;
    use polywire_syntax::{Limits, parse};

    use super::*;

    fn check(yaml: &str, expected: &str) {
        let node = parse(FileId(0), yaml, &Limits::default(), &mut Vec::new()).expect("the text is right");
        let values: Vec<&Literal> = node.as_list().expect("a list of values").iter().collect();
        let shown = match SettingKind::of_values(&values) {
            Ok((kind, false)) => kind.describe(),
            Ok((kind, true)) => format!("{} or null", kind.describe()),
            Err((a, b)) => format!("{a} and {b} differ"),
        };
        assert_eq!(shown, expected, "{yaml}");
    }

    #[test]
    fn a_kind_holds_all_values() {
        check("[1, 2]", "integer");
        check("[1, 2.5]", "number");
        check("[null, a]", "text or null");
        check("[null]", "anything or null");
        check("[1, a]", "0 and 1 differ");
        check("[null, 1, true]", "1 and 2 differ");
        check("[[], [a]]", "list of text");
        check("[[1, a], [1]]", "list of anything");
        check("[[1, null]]", "list of integer or null");
        check("[[{a: 1}, {a: 2, b: x}]]", "list of record");
    }
}
