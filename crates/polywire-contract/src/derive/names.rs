//! Names that Protobuf allows, unique in their scope.

use std::collections::BTreeSet;

use crate::Words;

/// Names that are taken, compared as Protobuf's JSON names are: without case and underscores.
#[derive(Default)]
pub(super) struct Scope(BTreeSet<String>);

impl Scope {
    /// Takes a name whatever it is.
    pub(super) fn take(&mut self, name: &str) -> bool {
        self.0.insert(name.replace('_', "").to_lowercase())
    }

    /// Takes a name, with the first number at its end that makes it free.
    pub(super) fn unique(&mut self, wanted: &str) -> String {
        if self.take(wanted) {
            return wanted.to_string();
        }
        let joint = if wanted.contains('_') || wanted.chars().all(|c| !c.is_uppercase()) { "_" } else { "" };
        let mut candidates = (2u64..).map(|number| format!("{wanted}{joint}{number}"));
        candidates.find(|name| self.take(name)).expect("numbers do not end")
    }
}

/// `user_name`
pub(super) fn snake(words: &Words, fallback: &str) -> String {
    identifier(&words.snake(), fallback)
}

/// `UserName`
pub(super) fn pascal(words: &Words, fallback: &str) -> String {
    identifier(&words.pascal(), fallback)
}

/// `USER_NAME`
pub(super) fn upper(words: &Words, fallback: &str) -> String {
    identifier(&words.upper(), fallback)
}

/// Letters, digits and underscores of ASCII, a letter first; others are written as their code point.
fn identifier(text: &str, fallback: &str) -> String {
    let mut name = String::new();
    for c in text.chars() {
        match c {
            'a'..='z' | 'A'..='Z' | '0'..='9' | '_' => name.push(c),
            other => name.push_str(&format!("u{:x}", other as u32)),
        }
    }
    match name.chars().next() {
        None => fallback.to_string(),
        Some(first) if first.is_ascii_alphabetic() => name,
        Some(_) if name.chars().any(|c| c.is_ascii_uppercase()) => format!("N{name}"),
        Some(_) => format!("n{name}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::words;

    #[test]
    fn names_are_identifiers() {
        assert_eq!(snake(&words("per-page"), "x"), "per_page");
        assert_eq!(snake(&words("2nd"), "x"), "n2nd");
        assert_eq!(snake(&words("naïve"), "x"), "nauefve");
        assert_eq!(snake(&words("---"), "x"), "x");
        assert_eq!(pascal(&words("list-users"), "X"), "ListUsers");
    }

    #[test]
    fn a_scope_compares_json_names() {
        let mut scope = Scope::default();
        assert_eq!(scope.unique("user_id"), "user_id");
        assert_eq!(scope.unique("userid"), "userid_2");
        assert_eq!(scope.unique("user_id"), "user_id_3");
        assert_eq!(scope.unique("User"), "User");
        assert_eq!(scope.unique("User"), "User2");
    }
}
