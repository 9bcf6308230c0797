//! What is in the way of a map, as diagnostics with the places on both sides and the line that would help.

use polywire_diag::{Diagnostic, Span};

use super::path;
use super::records::{Matching, field};
use super::written::WrittenName;
use crate::codes::{MAP_AMBIGUOUS, MAP_GONE, MAP_KIND, MAP_LOST, MAP_MISSING, MAP_WRITTEN};
use crate::drift::{Aspect, Difference};
use crate::{Contract, TypeId};

/// How many candidates are shown.
const SHOWN_MAX: usize = 4;

/// Something written that cannot be.
pub(super) fn wrong(span: Span, message: impl Into<String>) -> Diagnostic {
    Diagnostic::error(&MAP_WRITTEN, message).at(span, "")
}

/// Something written that cannot be, because of what stands elsewhere.
pub(super) fn wrong_at(span: Span, message: impl Into<String>, because: Span) -> Diagnostic {
    wrong(span, message).at(because, "because of this")
}

/// A written name without a field.
pub(super) fn no_field(contract: &Contract, name: &WrittenName, lack: &(String, TypeId)) -> Diagnostic {
    let (step, record) = lack;
    let ty = contract.ty(*record);
    let fields = contract.record(*record).map(|record| &record.fields[..]).unwrap_or_default();
    let message = match ty.short_name() {
        Some(of) => format!("`{of}` has no field `{step}`"),
        None => format!("there is no field `{step}` here"),
    };
    let diag = wrong(name.span, message).at(ty.span, "looked for here");
    match polywire_diag::nearest(step, fields.iter().map(|field| field.name.as_str())) {
        Some(near) => diag.help(format!("did you mean `{near}`?")),
        None => diag,
    }
}

/// A line of polywire.lock about something that is gone.
pub(super) fn gone(
    contract: &Contract,
    (from, to): (TypeId, TypeId),
    name: &str,
    span: Option<Span>,
) -> Diagnostic {
    let (from, to) = (contract.ty(from), contract.ty(to));
    let message = format!("what polywire.lock says of `{name}` is about something that is gone");
    let diag = Diagnostic::error(&MAP_GONE, message);
    let diag = match span {
        Some(span) => diag.at(span, "confirmed here"),
        None => diag,
    };
    diag.at(from.span, "from this")
        .at(to.span, "to this")
        .help("`polywire check --accept` shows what is proposed now, and confirms that")
}

/// Two fields or variants whose values are of different kinds.
pub(super) fn kinds(from: (&str, Span), to: (&str, Span), one: &Difference) -> Diagnostic {
    let place = if one.path.is_empty() { String::new() } else { format!(" (at `{}`)", one.path) };
    let message = format!(
        "`{}` is {} and `{}` is {}{place}: no value of one is one of the other",
        from.0, one.left, to.0, one.right
    );
    Diagnostic::error(&MAP_KIND, message).at(from.1, one.left.clone()).at(to.1, one.right.clone())
}

/// Two fields of which one cannot have every value of the other.
pub(super) fn does_not_fit(
    contract: &Contract,
    matching: &Matching<'_>,
    path: &[u32],
    source: &[u32],
    one: &Difference,
) -> Diagnostic {
    let (from, to) = (path::shown(contract, matching.from, source), path::shown(contract, matching.to, path));
    let at =
        |record, path| field(contract, record, path).map_or(contract.ty(record).span, |field| field.span);
    let (here, there) = (at(matching.from, source), at(matching.to, path));
    if one.aspect == Aspect::Kind {
        return kinds((&from, here), (&to, there), one).help(format!(
            "give it another origin: `fields: {{{to}: …}}`, and leave the other out: `drop: [{from}]`"
        ));
    }
    let message = format!("digits of `{from}` may be lost in `{to}`: {} becomes {}", one.left, one.right);
    Diagnostic::error(&MAP_LOST, message)
        .at(here, one.left.clone())
        .at(there, one.right.clone())
        .help(format!("if that may be, write it: `fields: {{{to}: {from}}}`"))
}

/// A field that must be there and that nothing goes to.
pub(super) fn missing(
    contract: &Contract,
    matching: &Matching<'_>,
    path: &[u32],
    gone: Option<Span>,
) -> Diagnostic {
    let to = path::shown(contract, matching.to, path);
    let (source, target) = (contract.ty(matching.from), field(contract, matching.to, path));
    let message = format!("nothing goes to `{to}`, which must be there");
    let mut diag = Diagnostic::error(&MAP_MISSING, message)
        .at(target.map_or(source.span, |field| field.span), "must be there")
        .at(source.span, "nothing here has its words");
    if let Some(span) = gone {
        diag = diag.at(span, "what was confirmed is gone");
    }
    let fields = contract.record(matching.from).map(|record| &record.fields[..]).unwrap_or_default();
    let free = fields.iter().enumerate().filter(|(at, _)| !matching.used.contains(&[*at as u32][..]));
    let name = target.map_or(to.as_str(), |field| field.name.as_str());
    let near = polywire_diag::nearest(name, free.map(|(_, field)| field.name.as_str()));
    diag.help(match near {
        Some(near) => format!("is it `{near}`? Then write `fields: {{{to}: {near}}}`"),
        None => {
            format!("say where it comes from: `fields: {{{to}: FIELD}}`, or `fields: {{{to}: {{value: …}}}}`")
        }
    })
}

/// A field of the source without a place.
pub(super) fn no_place(contract: &Contract, matching: &Matching<'_>, path: &[u32]) -> Diagnostic {
    let from = path::shown(contract, matching.from, path);
    let span =
        field(contract, matching.from, path).map_or(contract.ty(matching.from).span, |field| field.span);
    Diagnostic::error(&MAP_LOST, format!("`{from}` has no place in the target"))
        .at(span, "would be lost")
        .at(contract.ty(matching.to).span, "nothing here has its words")
        .help(format!("leave it out: `drop: [{from}]`, or say where it goes: `fields: {{FIELD: {from}}}`"))
}

/// Several fields that may be meant.
pub(super) fn ambiguous(
    contract: &Contract,
    matching: &Matching<'_>,
    path: &[u32],
    (sources, targets): (&[Vec<u32>], &[Vec<u32>]),
) -> Diagnostic {
    let to = path::shown(contract, matching.to, path);
    let span =
        |record, path: &[u32]| field(contract, record, path).map_or(contract.ty(record).span, |f| f.span);
    let mut diag = Diagnostic::error(&MAP_AMBIGUOUS, format!("more than one field has the words of `{to}`"))
        .at(span(matching.to, path), "this field");
    for source in sources.iter().take(SHOWN_MAX) {
        let name = path::shown(contract, matching.from, source);
        diag = diag.at(span(matching.from, source), format!("may be `{name}`"));
    }
    for target in targets.iter().filter(|target| *target != path).take(SHOWN_MAX) {
        let name = path::shown(contract, matching.to, target);
        diag = diag.at(span(matching.to, target), format!("and so may `{name}`"));
    }
    let first =
        sources.first().map(|source| path::shown(contract, matching.from, source)).unwrap_or_default();
    diag.help(format!("say which: `fields: {{{to}: {first}}}`"))
}
