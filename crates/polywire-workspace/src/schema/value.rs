//! Values of `polywire.yaml` after the check: of the kind that their key has, with their places.

use std::{net::SocketAddr, time::Duration};

use polywire_diag::Span;
use polywire_syntax::Node;

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    pub span: Span,
    pub value: T,
}

/// A word of a command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Word {
    Literal(String),
    /// `=port`: the port that the component was given.
    Port,
}

/// How a component shows that it can be called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ready {
    /// A path that is answered with 2xx or 3xx.
    Http(String),
    Tcp,
    /// A text in a line of its output.
    Line(String),
}

#[derive(Debug)]
pub(crate) enum Value {
    /// Nothing of use to lowering: the version, or what is not supported yet.
    Nothing,
    Text(String),
    Texts(Vec<Spanned<String>>),
    Command(Vec<Word>),
    Ready(Ready),
    Duration(Duration),
    Size(u64),
    Share(f64),
    Count(u32),
    Address(SocketAddr),
    Choice(&'static str),
    Record(Record),
    Entries(Vec<(Spanned<String>, Value)>),
    Literals(Vec<(String, String)>),
    Items(Vec<Spanned<Value>>),
    Named(Spanned<String>),
    Tree(Node),
}

/// The values of a table by key; those that were wrong are not there.
#[derive(Debug, Default)]
pub(crate) struct Record {
    pub(crate) fields: Vec<(&'static str, Value)>,
    /// Every known key that stands there, be its value right or wrong.
    pub(crate) written: Vec<&'static str>,
}

macro_rules! accessors {
    ($($name:ident: $variant:ident -> $type:ty),* $(,)?) => {
        $(pub(crate) fn $name(&mut self, key: &str) -> Option<$type> {
            match self.take(key)? { Value::$variant(value) => Some(value), _ => None }
        })*
    };
}

impl Record {
    pub(crate) fn was_written(&self, key: &str) -> bool {
        self.written.contains(&key)
    }

    fn take(&mut self, key: &str) -> Option<Value> {
        let position = self.fields.iter().position(|(name, _)| *name == key)?;
        Some(self.fields.swap_remove(position).1)
    }

    accessors! {
        text: Text -> String,
        texts: Texts -> Vec<Spanned<String>>,
        command: Command -> Vec<Word>,
        ready: Ready -> Ready,
        duration: Duration -> Duration,
        size: Size -> u64,
        share: Share -> f64,
        count: Count -> u32,
        address: Address -> SocketAddr,
        choice: Choice -> &'static str,
        record: Record -> Record,
        entries: Entries -> Vec<(Spanned<String>, Value)>,
        literals: Literals -> Vec<(String, String)>,
        items: Items -> Vec<Spanned<Value>>,
        named: Named -> Spanned<String>,
        tree: Tree -> Node,
    }
}
