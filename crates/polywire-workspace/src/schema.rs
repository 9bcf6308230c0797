//! How keys of `polywire.yaml` are described: once, for lowering, the check, the JSON Schema and the reference.
//!
//! Must never: know a particular key.

mod check;
mod json;
mod reference;
mod units;
mod value;

pub(crate) use check::{check, is_name, unusable};
pub(crate) use json::json_schema;
pub(crate) use reference::reference;
pub use units::parse_duration;
pub use value::Spanned;
pub use value::{Ready, Word};
pub(crate) use value::{Record, Value};

/// A map with fixed keys.
pub(crate) struct Table {
    /// As its heading in the reference.
    pub name: &'static str,
    pub doc: &'static str,
    pub keys: &'static [Key],
}

pub(crate) struct Key {
    pub name: &'static str,
    pub kind: Kind,
    pub need: Need,
    pub doc: &'static str,
}

/// Whether a key must stand there, and what holds if it does not.
pub(crate) enum Need {
    Required,
    Optional,
    /// The default, as a user would write it.
    Default(&'static str),
}

/// What may stand behind a key.
pub(crate) enum Kind {
    /// The version of the format.
    Version,
    Text,
    /// A name for URLs, packages and environment variables.
    Name,
    /// One text or a list of them.
    Texts,
    /// A command line: text split like a shell would, nothing expanded; or a list of words.
    Command,
    /// `/path`, `tcp`, or `line: TEXT`.
    Ready,
    Duration,
    Size,
    Share,
    Count,
    /// An IP address and a port.
    Address,
    Choice(&'static [&'static str]),
    Table(&'static Table),
    /// A map whose keys the user chooses; the text says what they are.
    Entries(&'static str, &'static Kind),
    /// A list; the text says what of.
    Items(&'static str, &'static Kind),
    /// A map from the user's keys to plain values.
    Literals,
    /// The name of something that contracts have; the text says of what.
    Named(&'static str),
    /// What its own file lowers.
    Tree {
        says: &'static str,
        schema: fn() -> serde_json::Value,
    },
    /// Belongs to the format, but nothing acts on it yet.
    Later,
}

impl Kind {
    /// What to write there, for messages and the reference.
    pub(crate) fn describe(&self) -> String {
        match self {
            Kind::Version => "`1`".into(),
            Kind::Text => "text".into(),
            Kind::Name => "a name".into(),
            Kind::Texts => "text or a list of texts".into(),
            Kind::Command => "a command line, or a list of words".into(),
            Kind::Ready => "`/path`, `tcp` or `{line: TEXT}`".into(),
            Kind::Duration => "a duration like `250ms` or `5s`".into(),
            Kind::Size => "a size like `64KiB` or `16MiB`".into(),
            Kind::Share => "a share like `50%`".into(),
            Kind::Count => "a whole number from 1".into(),
            Kind::Address => "an address like `127.0.0.1:8080`".into(),
            Kind::Choice(words) => {
                words.iter().map(|word| format!("`{word}`")).collect::<Vec<_>>().join(" or ")
            }
            Kind::Table(_) | Kind::Entries(..) | Kind::Literals => "a map".into(),
            Kind::Items(what, _) => format!("a list, each a {what}"),
            Kind::Named(what) => format!("the name of {what}"),
            Kind::Tree { says, .. } => (*says).into(),
            Kind::Later => "not supported yet".into(),
        }
    }
}
