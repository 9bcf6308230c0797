//! What was found out about the map from one type to another: its entries with their reasons, and what is wrong.

use polywire_diag::{Diagnostic, Span};

use super::Maps;
use crate::codes;
use crate::drift::Fate;

/// How many entries a diagnostic names.
const NAMED_MAX: usize = 6;

/// A map from one type to another as far as it could be made.
#[derive(Clone, Debug, Default)]
pub struct Proposal {
    /// The map; whole only where nothing is wrong.
    pub maps: Maps,
    /// The same pairs for people, each with its entries.
    pub pairs: Vec<ProposedPair>,
    /// What is missing, lost, ambiguous or written wrongly.
    pub diags: Vec<Diagnostic>,
    /// What polywire.lock says of things that are gone.
    pub gone: Vec<Diagnostic>,
}

/// A pair of types with its entries.
#[derive(Clone, Debug)]
pub struct ProposedPair {
    /// The stable name of what is read; a type without a name is called after where it is used.
    pub from: String,
    /// The stable name of what is written.
    pub to: String,
    /// Where it stands.
    pub from_span: Span,
    /// Where it stands.
    pub to_span: Span,
    /// They are records; else values or alternatives become each other.
    pub(crate) has_fields: bool,
    /// In the order of the target; of enums and sums in that of the source.
    pub lines: Vec<ProposedLine>,
}

/// One entry.
#[derive(Clone, Debug)]
pub struct ProposedLine {
    /// Where values come from, in words; a dash where it is nowhere.
    pub from: String,
    /// Where they go; a dash where it is nowhere.
    pub to: String,
    /// Why.
    pub why: Why,
    /// What may be refused or lost when a message crosses.
    pub remarks: Vec<Remark>,
    /// What it is called in polywire.lock, and what stands there.
    pub(crate) locked: Option<(String, Option<String>)>,
    /// polywire.lock says something else, which is gone.
    pub(crate) gone: bool,
}

/// What may become of some values of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Remark {
    /// Whether they are refused or lost.
    pub fate: Fate,
    /// By what, or when, in words.
    pub says: String,
}

/// Why an entry is what it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Why {
    /// Both have the same name.
    SameName,
    /// Both have the same words.
    SameWords,
    /// Nothing has its words, and it need not be there.
    Optional,
    /// polywire.lock says so.
    Confirmed,
    /// polywire.yaml says so.
    Written,
    /// It names the alternative.
    Tag,
    /// Members beside the fields, which no field of the target takes.
    Others,
    /// It stands for nothing: Protobuf's first value of an enum.
    Unsaid,
}

impl Why {
    /// In words for people.
    pub fn words(self) -> &'static str {
        match self {
            Why::SameName => "same name",
            Why::SameWords => "same words",
            Why::Optional => "nothing has its words",
            Why::Confirmed => "confirmed",
            Why::Written => "written",
            Why::Tag => "names the alternative",
            Why::Others => "beside the fields",
            Why::Unsaid => "says nothing",
        }
    }

    /// Whether a person has to confirm it.
    pub fn is_open(self) -> bool {
        matches!(self, Why::SameName | Why::SameWords | Why::Optional)
    }
}

impl ProposedPair {
    /// What the pair is called in polywire.lock.
    pub fn key(&self) -> String {
        key(&self.from, &self.to)
    }

    /// Its entries that a person has to confirm, as they are called in messages.
    fn open(&self) -> impl Iterator<Item = &ProposedLine> {
        self.lines.iter().filter(|line| line.why.is_open() && !line.gone)
    }
}

impl ProposedLine {
    /// Its remarks for people: `refused: where absent, length at most 30`.
    pub fn remarks_text(&self) -> String {
        let told = |fate: Fate| {
            let says: Vec<&str> =
                self.remarks.iter().filter(|one| one.fate == fate).map(|one| one.says.as_str()).collect();
            (!says.is_empty()).then(|| format!("{}: {}", fate.name(), says.join(", ")))
        };
        [Fate::Refused, Fate::Lost].into_iter().filter_map(told).collect::<Vec<_>>().join("; ")
    }

    /// What it is called in messages.
    fn name(&self) -> &str {
        if self.to.starts_with('—') { &self.from } else { &self.to }
    }
}

impl Proposal {
    /// Whether nothing is wrong with it; it may still have to be confirmed.
    pub fn is_whole(&self) -> bool {
        self.diags.is_empty()
    }

    /// How many entries a person has to confirm.
    pub fn open(&self) -> usize {
        self.pairs.iter().flat_map(|pair| &pair.lines).filter(|line| line.why.is_open()).count()
    }

    /// The map where every entry is confirmed or written, else everything that is in its way.
    pub fn confirmed(mut self) -> Result<Maps, Vec<Diagnostic>> {
        self.diags.append(&mut self.gone);
        if self.diags.is_empty() {
            // What is in the way of a map is said first; then there is something to confirm.
            self.diags.extend(self.unconfirmed());
        }
        if self.diags.is_empty() { Ok(self.maps) } else { Err(self.diags) }
    }
}

impl Proposal {
    /// Says that entries are not confirmed, where there are any.
    fn unconfirmed(&self) -> Option<Diagnostic> {
        let whole = self.pairs.first()?;
        let first = self.pairs.iter().find(|pair| pair.open().next().is_some())?;
        let named = |pair: &ProposedPair, line: &ProposedLine| match pair.key() == whole.key() {
            true => format!("`{}`", line.name()),
            false => format!("`{}` of `{}`", line.name(), last(&pair.to)),
        };
        let all = self.pairs.iter().flat_map(|pair| pair.open().map(move |line| named(pair, line)));
        let mut names: Vec<String> = all.collect();
        let are = if names.len() == 1 { "is" } else { "are" };
        let more = names.len().saturating_sub(NAMED_MAX);
        names.truncate(NAMED_MAX);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let (from, to) = (last(&whole.from), last(&whole.to));
        let message = format!(
            "the map from `{from}` to `{to}` is not confirmed: {}{more} {are} only proposed",
            names.join(", ")
        );
        Some(
            Diagnostic::error(&codes::MAP_UNCONFIRMED, message)
                .at(first.from_span, "from this")
                .at(first.to_span, "to this")
                .help("`polywire check --accept` shows what is proposed, and confirms it in polywire.lock"),
        )
    }
}

/// What a pair is called in polywire.lock.
pub(super) fn key(from: &str, to: &str) -> String {
    format!("{from} -> {to}")
}

/// The last part of a stable name.
pub(super) fn last(name: &str) -> &str {
    name.rsplit(['#', '/']).next().unwrap_or(name)
}
