//! What must not be shown: values of keys that look secret, and what looks like one by itself.

use polywire_contract::words;

use super::url;

/// What stands for a value that is not shown.
pub(crate) const MASK: &str = "***";

const SECRET_WORDS: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "pass",
    "secret",
    "secrets",
    "token",
    "credential",
    "credentials",
    "apikey",
    "key",
    "private",
    "auth",
    "salt",
    "signature",
    "dsn",
    "cert",
    "certificate",
    "pin",
    "requirepass",
    "sas",
];
/// A word with `key` or `auth` in it that says that the value is no secret.
const PLAIN_WORDS: &[&str] =
    &["public", "publishable", "url", "host", "enabled", "expire", "expiration", "ttl", "algorithm"];
/// Letters and digits mixed and longer than this are a key, not a word.
const RANDOM_MIN: usize = 24;

/// Whether a key's value is a secret, as its name has it.
pub(crate) fn is_secret_key(key: &str) -> bool {
    let words = words(key).0;
    let has = |list: &[&str]| words.iter().any(|word| list.contains(&word.as_str()));
    let joined = words.concat();
    let strong = ["password", "passwd", "secret", "apikey", "accesskey", "privatekey", "token", "credential"]
        .iter()
        .any(|part| joined.contains(part));
    strong || has(SECRET_WORDS) && !has(PLAIN_WORDS)
}

/// A value as it may be shown beside its key.
pub(crate) fn shown(key: &str, value: &str) -> String {
    if value.is_empty() {
        return String::new();
    }
    if is_secret_key(key) || looks_random(value) || value.contains("-----BEGIN") {
        return MASK.into();
    }
    without_credentials(value)
}

/// The user and password of every URL in a text replaced.
pub(crate) fn without_credentials(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find("://") {
        let after = at + 3;
        shown.push_str(&rest[..after]);
        rest = &rest[after..];
        if let Some(user) = url::user_end(rest) {
            shown.push_str(MASK);
            rest = &rest[user - 1..];
        }
    }
    shown.push_str(rest);
    // What follows `?` may be `password=…`.
    match shown.split_once('?') {
        Some((before, query))
            if query.split(['&', ';']).any(|pair| is_secret_key(pair.split('=').next().unwrap_or(pair))) =>
        {
            format!("{before}?{MASK}")
        }
        _ => shown,
    }
}

fn looks_random(value: &str) -> bool {
    let piece = |piece: &str| {
        let digits = piece.chars().filter(char::is_ascii_digit).count();
        let letters = piece.chars().filter(char::is_ascii_alphabetic).count();
        piece.len() >= RANDOM_MIN && digits >= 4 && letters >= 4
    };
    let is_word = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '+' | '=');
    value.split(|c: char| !is_word(c)).any(piece)
}

/// The words of a command, and whether none of them had to be hidden.
pub(crate) fn command(words: &[String]) -> (Vec<String>, bool) {
    let mut hide_next = false;
    let shown: Vec<String> = words
        .iter()
        .map(|word| {
            if std::mem::take(&mut hide_next) && !word.starts_with('-') {
                return MASK.to_string();
            }
            if let Some((key, value)) = word.split_once('=')
                && !key.is_empty()
                && is_secret_key(key.trim_start_matches('-'))
                && !value.is_empty()
            {
                return format!("{key}={MASK}");
            }
            hide_next = word.starts_with("--") && is_secret_key(word.trim_start_matches('-'));
            shown("", word)
        })
        .collect();
    let unchanged = shown == words;
    (shown, unchanged)
}

/// The host and port that a value names.
pub(crate) fn host_of(value: &str) -> Option<(String, Option<u16>)> {
    if let Some(found) = url::urls(value).into_iter().next() {
        return Some((found.host.to_string(), found.port));
    }
    url::host_port(value).map(|(host, port)| (host.to_string(), Some(port)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_and_plain_values_stay() {
        for key in [
            "DB_PASSWORD",
            "spring.datasource.password",
            "apiKey",
            "JWT_SECRET",
            "POSTGRES_PASSWORD",
            "token",
            "GITHUB_TOKEN",
        ] {
            assert_eq!(shown(key, "hunter2"), MASK, "{key}");
        }
        assert_eq!(shown("DATABASE_URL", "postgres://app:hunter2@db:5432/app"), "postgres://***@db:5432/app");
        assert_eq!(shown("X", "jdbc:x://db/app?user=a&password=hunter2"), "jdbc:x://db/app?***");
        assert_eq!(shown("X", "AKIA1234567890ABCDEF1234567890"), MASK);
        assert_eq!(shown("LOG_LEVEL", "info"), "info");
        assert_eq!(shown("STRIPE_PUBLISHABLE_KEY", "x"), "x");
        assert_eq!(
            shown("PRODUCT_CATALOG_SERVICE_ADDR", "productcatalogservice:3550"),
            "productcatalogservice:3550"
        );
    }

    #[test]
    fn commands_hide_what_follows_a_secret_option() {
        let words = |text: &str| text.split(' ').map(str::to_string).collect::<Vec<_>>();
        assert_eq!(
            command(&words("redis-server --requirepass hunter2")).0,
            words("redis-server --requirepass ***")
        );
        assert_eq!(
            command(&words("run --password=hunter2 --port 1")).0,
            words("run --password=*** --port 1")
        );
        assert!(command(&words("uvicorn main:app --port =port")).1);
    }
}
