//! Names of fields and types: the words of a key in a language's case, those of one scope solved together.

use std::collections::BTreeSet;

use polywire_contract::{Words, words};

/// How a language writes the names of fields.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::settings) enum Case {
    /// `pool_size`
    Snake,
    /// `poolSize`
    Camel,
    /// `PoolSize`, `PoolURL`
    Go,
    /// As the key is written.
    Keep,
}

/// What a language wants of names.
pub(in crate::settings) struct Naming {
    pub(in crate::settings) case: Case,
    /// What no field is called.
    pub(in crate::settings) fields: &'static [&'static str],
    /// What no type is called, in any case.
    pub(in crate::settings) types: &'static [&'static str],
    /// The most bits that an integer has, where there is a most.
    pub(in crate::settings) bits: Option<u32>,
}

/// Words that Go writes in capitals.
const INITIALISMS: &[&str] = &[
    "acl", "api", "ascii", "cpu", "css", "db", "dns", "eof", "guid", "html", "http", "https", "id", "ip",
    "json", "qps", "ram", "rpc", "sla", "smtp", "sql", "ssh", "tcp", "tls", "ttl", "udp", "ui", "uid", "uri",
    "url", "utf8", "uuid", "vm", "xml",
];

impl Naming {
    /// The names of one scope's fields.
    pub(super) fn solve_fields(&self, keys: &[(&str, &Words)]) -> Vec<String> {
        if self.case == Case::Keep {
            return keys.iter().map(|(key, _)| (*key).to_owned()).collect();
        }
        let wanted: Vec<String> = keys.iter().map(|(_, words)| self.field(words)).collect();
        let mut found: Vec<Option<String>> = vec![None; keys.len()];
        let mut taken: BTreeSet<String> = BTreeSet::new();
        // A key that is a name already keeps it, wherever it stands.
        for (at, (key, _)) in keys.iter().enumerate() {
            if wanted[at] == **key && taken.insert(wanted[at].clone()) {
                found[at] = Some(wanted[at].clone());
            }
        }
        let solve = |(at, known): (usize, Option<String>)| {
            known.unwrap_or_else(|| {
                let joint = if self.case == Case::Snake { "_" } else { "" };
                free(&wanted[at], joint, |name| taken.insert(name.to_owned()))
            })
        };
        found.into_iter().enumerate().map(solve).collect()
    }

    /// Names for texts that differ: `Debug`, `Info`.
    pub(in crate::settings) fn labels(&self, values: &[String]) -> Vec<String> {
        let scope = Naming { types: &["Self"], ..*self };
        let mut taken = BTreeSet::new();
        values.iter().map(|value| scope.type_name(&[value], &mut taken)).collect()
    }

    fn field(&self, words: &Words) -> String {
        let words = ascii(words);
        let name = match self.case {
            Case::Snake => words.snake(),
            Case::Camel => words.camel(),
            Case::Go | Case::Keep => words.0.iter().map(|word| go(word)).collect(),
        };
        let name = match (name.chars().next(), self.case) {
            (None, Case::Go) => "Value".to_owned(),
            (None, _) => "value".to_owned(),
            (Some('0'..='9'), Case::Go) => format!("N{name}"),
            (Some('0'..='9'), _) => format!("n{name}"),
            _ => name,
        };
        if self.fields.contains(&name.as_str()) { format!("{name}_") } else { name }
    }

    /// A name for the type at the end of a path.
    pub(super) fn type_name(&self, path: &[&str], taken: &mut BTreeSet<String>) -> String {
        let parts: Vec<String> = path
            .iter()
            .flat_map(|key| ascii(&words(key)).0)
            .map(|word| if self.case == Case::Go { go(&word) } else { capital(&word) })
            .collect();
        let name = parts.concat();
        let name = match name.chars().next() {
            None => "Group".to_owned(),
            Some('0'..='9') => format!("N{name}"),
            Some(_) => name,
        };
        let reserved = |name: &str| self.types.iter().any(|other| other.eq_ignore_ascii_case(name));
        // Files of classes differ by more than case.
        free(&name, "", |name| !reserved(name) && taken.insert(name.to_lowercase()))
    }
}

/// The name, or the name with the first number that makes it free.
fn free(name: &str, joint: &str, mut take: impl FnMut(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{name}{joint}{number}"));
    std::iter::once(name.to_owned()).chain(numbered).find(|name| take(name)).expect("numbers do not end")
}

/// Only what every language takes in a name.
fn ascii(words: &Words) -> Words {
    let parts = words.0.iter().flat_map(|word| word.split(|c: char| !c.is_ascii_alphanumeric()));
    Words(parts.filter(|part| !part.is_empty()).map(str::to_owned).collect())
}

fn go(word: &str) -> String {
    if INITIALISMS.contains(&word) { word.to_uppercase() } else { capital(word) }
}

fn capital(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map_or_else(String::new, |c| c.to_uppercase().chain(chars).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_a_scope_differ() {
        let naming = Naming { case: Case::Snake, fields: &["class"], types: &["Config"], bits: None };
        let keys = ["a-b", "a_b", "class", "2fa", "", "größe", "日本", "A.B", "a_b_2"];
        let words: Vec<Words> = keys.iter().map(|key| words(key)).collect();
        let pairs: Vec<(&str, &Words)> = keys.iter().copied().zip(&words).collect();
        assert_eq!(
            naming.solve_fields(&pairs),
            ["a_b_3", "a_b", "class_", "n2fa", "value", "gr_e", "value_2", "a_b_4", "a_b_2"]
        );
        let mut taken = BTreeSet::new();
        let mut ty = |path: &[&str]| naming.type_name(path, &mut taken);
        assert_eq!(ty(&["db", "pool"]), "DbPool");
        assert_eq!(ty(&["dbPool"]), "DbPool2");
        assert_eq!(ty(&["dbpool"]), "Dbpool3");
        assert_eq!(ty(&["config"]), "Config2");
        let go = Naming { case: Case::Go, fields: &[], types: &[], bits: None };
        let url = polywire_contract::words("api-url");
        assert_eq!(go.solve_fields(&[("api-url", &url)]), ["APIURL"]);
    }
}
