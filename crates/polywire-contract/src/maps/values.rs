//! Two enums, or two types of alternatives: for each value or variant of the source the one of the target.

use std::collections::BTreeMap;

use polywire_diag::{Diagnostic, Span};

use super::MapKind;
use super::proposal::{ProposedLine, Remark, Why};
use super::propose::{Engine, Tag, remarks};
use super::report;
use super::written::WrittenName;
use crate::codes::{MAP_AMBIGUOUS, MAP_LOST};
use crate::drift::{Aspect, Fate, crossing_types, value_words};
use crate::{Enum, Sum, TypeId, Words, words};

/// How many values a diagnostic names.
const NAMED_MAX: usize = 6;

/// A value or a variant.
struct Named {
    name: String,
    span: Span,
    /// What it is matched by, the first before the second.
    words: Vec<Words>,
    /// Nothing is lost without it.
    unsaid: bool,
}

/// What is known of one of the source.
enum Choice {
    Match(usize, Why),
    Nowhere(Why),
    /// Something was said of it.
    Wrong,
}

impl<'a> Engine<'a> {
    pub(super) fn enum_values(&mut self, from: TypeId, to: TypeId, a: &Enum, b: &Enum) {
        let named = |id: TypeId, values: &Enum| -> Vec<Named> {
            let all = value_words(self.contract, id, values).into_iter().zip(&values.values);
            let one = |((words, unsaid), value): ((Words, bool), &crate::EnumValue)| Named {
                name: value.name.clone(),
                span: value.span,
                words: vec![words],
                unsaid,
            };
            all.map(one).collect()
        };
        let (sources, targets) = (named(from, a), named(to, b));
        let (places, lines) = self.choices(from, to, &sources, &targets, "value");
        self.keep(from, to, MapKind::Enum(places), lines);
    }

    pub(super) fn variants(&mut self, from: TypeId, to: TypeId, a: &'a Sum, b: &'a Sum) {
        let named = |sum: &Sum| -> Vec<Named> {
            let one = |variant: &crate::Variant| Named {
                name: variant.name.clone(),
                span: variant.span,
                words: [Some(variant.name.as_str()), self.contract.ty(variant.ty).short_name()]
                    .into_iter()
                    .flatten()
                    .map(words)
                    .collect(),
                unsaid: false,
            };
            sum.variants.iter().map(one).collect()
        };
        let (sources, targets) = (named(a), named(b));
        let (mut places, mut lines) = self.choices(from, to, &sources, &targets, "alternative");
        let (of_a, of_b) = (self.name(from), self.name(to));
        places.retain(|(one, other)| {
            let (x, y) = (&a.variants[*one as usize], &b.variants[*other as usize]);
            let found = crossing_types(self.contract, x.ty.into(), y.ty.into());
            if let Some(wrong) = found.iter().find(|one| one.aspect == Aspect::Kind) {
                self.found.diags.push(report::kinds((&x.name, x.span), (&y.name, y.span), wrong));
                return false;
            }
            if let Some(line) = lines.iter_mut().find(|line| line.from == x.name) {
                line.remarks.extend(remarks(&found));
            }
            if let (Some(target), Some(value)) = (&b.tag, y.tags.first()) {
                let tag = Tag { source: a.tag.as_deref(), target, value };
                self.tags.entry((x.ty, y.ty)).or_insert(tag);
            }
            self.below((x.ty, format!("{of_a}({})", x.name)), (y.ty, format!("{of_b}({})", y.name)));
            true
        });
        self.keep(from, to, MapKind::Sum(places), lines);
    }

    fn choices(
        &mut self,
        from: TypeId,
        to: TypeId,
        sources: &[Named],
        targets: &[Named],
        what: &str,
    ) -> (Vec<(u32, u32)>, Vec<ProposedLine>) {
        let before = self.found.diags.len();
        let written = self.written_choices(from, to, sources, targets);
        let is_broken = self.found.diags.len() > before;
        let locked = self.locked_choices(from, to, sources, targets);
        let (mut places, mut lines, mut lost) = (Vec::new(), Vec::new(), Vec::new());
        for (at, source) in sources.iter().enumerate() {
            let choice = match (written.get(&at), locked.get(&at)) {
                (Some(Some(target)), _) => Choice::Match(*target, Why::Written),
                (Some(None), _) => Choice::Nowhere(Why::Written),
                (None, Some(target)) => Choice::Match(*target, Why::Confirmed),
                (None, None) => self.by_words(at, sources, targets, what),
            };
            let (target, why) = match choice {
                Choice::Match(target, why) => (Some(target), why),
                Choice::Nowhere(Why::Optional) => {
                    lost.push(source);
                    continue;
                }
                Choice::Nowhere(why) => (None, why),
                Choice::Wrong => continue,
            };
            let to = target.map(|target| targets[target].name.clone());
            let locked = match why {
                Why::Written | Why::Unsaid => None,
                _ => Some((source.name.clone(), to.clone())),
            };
            let refused = || Remark { fate: Fate::Refused, says: "where it is set".into() };
            let remarks = if target.is_some() { Vec::new() } else { vec![refused()] };
            places.extend(target.map(|target| (at as u32, target as u32)));
            let to = to.unwrap_or_else(|| "—".into());
            lines.push(ProposedLine { from: source.name.clone(), to, why, remarks, locked, gone: false });
        }
        if !lost.is_empty() && !is_broken {
            self.found.diags.push(nowhere(&lost, (self.contract.ty(from), self.contract.ty(to)), what));
        }
        (places, lines)
    }

    /// The match by words: unique on both sides, names before types.
    fn by_words(&mut self, at: usize, sources: &[Named], targets: &[Named], what: &str) -> Choice {
        let source = &sources[at];
        for words in &source.words {
            let having = |all: &[Named]| -> Vec<usize> {
                (0..all.len()).filter(|other| all[*other].words.contains(words)).collect()
            };
            let (ours, theirs) = (having(sources), having(targets));
            match theirs.as_slice() {
                [] => continue,
                [only] if ours.len() == 1 => {
                    let same = targets[*only].name == source.name;
                    return Choice::Match(*only, if same { Why::SameName } else { Why::SameWords });
                }
                several => {
                    // Said at the first of them.
                    if ours.first() == Some(&at) {
                        let message = format!("more than one {what} has the words of `{}`", source.name);
                        let mut diag = Diagnostic::error(&MAP_AMBIGUOUS, message).at(source.span, "this");
                        for other in ours.iter().skip(1).map(|at| &sources[*at]) {
                            diag = diag.at(other.span, "and this");
                        }
                        for target in several.iter().map(|at| &targets[*at]) {
                            diag = diag.at(target.span, "may be this");
                        }
                        let help = format!("say which: `values: {{{}: …}}`", source.name);
                        self.found.diags.push(diag.help(help));
                    }
                    return Choice::Wrong;
                }
            }
        }
        Choice::Nowhere(if source.unsaid { Why::Unsaid } else { Why::Optional })
    }

    fn written_choices(
        &mut self,
        from: TypeId,
        to: TypeId,
        sources: &[Named],
        targets: &[Named],
    ) -> BTreeMap<usize, Option<usize>> {
        let mut found = BTreeMap::new();
        let map = self.written(from, to);
        let tables = self.tables.iter().filter(|table| (table.from, table.to) == (from, to));
        let rows: Vec<_> =
            map.map(|map| &map.values[..]).into_iter().chain(tables.map(|t| t.values)).flatten().collect();
        for (source, target) in rows {
            let (Some(at), Some(target)) = (
                self.value(source, sources),
                match target {
                    None => Some(None),
                    Some(name) => self.value(name, targets).map(Some),
                },
            ) else {
                continue;
            };
            found.insert(at, target);
        }
        for name in map.into_iter().flat_map(|map| map.fields.iter().map(|(name, _)| name).chain(&map.drop)) {
            let message = "these have no fields: write `values: {SOURCE: TARGET}`";
            self.found.diags.push(report::wrong(name.span, message));
        }
        found
    }

    fn value(&mut self, name: &WrittenName, values: &[Named]) -> Option<usize> {
        let found = values.iter().position(|value| value.name == name.text);
        if found.is_none() {
            let diag = report::wrong(name.span, format!("there is no value `{}`", name.text));
            let near = polywire_diag::nearest(&name.text, values.iter().map(|value| value.name.as_str()));
            self.found.diags.push(match near {
                Some(near) => diag.help(format!("did you mean `{near}`?")),
                None => diag,
            });
        }
        found
    }

    fn locked_choices(
        &mut self,
        from: TypeId,
        to: TypeId,
        sources: &[Named],
        targets: &[Named],
    ) -> BTreeMap<usize, usize> {
        let mut found = BTreeMap::new();
        for (name, line) in self.known.lock.map_lines(&self.key(from, to)) {
            let place = |all: &[Named], name: &str| all.iter().position(|value| value.name == name);
            let target = line.source.as_deref().and_then(|target| place(targets, target));
            match (place(sources, name), target) {
                (Some(source), Some(target)) => drop(found.insert(source, target)),
                _ => self.found.gone.push(report::gone(self.contract, (from, to), name, line.span)),
            }
        }
        found
    }
}

fn nowhere(lost: &[&Named], (from, to): (&crate::Type, &crate::Type), what: &str) -> Diagnostic {
    let names: Vec<String> = lost.iter().take(NAMED_MAX).map(|one| format!("`{}`", one.name)).collect();
    let more = lost.len().saturating_sub(NAMED_MAX);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let have = if lost.len() == 1 { "has" } else { "have" };
    let message = format!("{}{more} {have} no {what} to become in the target", names.join(", "));
    let span = lost.first().map_or(from.span, |one| one.span);
    Diagnostic::error(&MAP_LOST, message)
        .at(span, "from here")
        .at(to.span, "nothing here has these words")
        .help(format!("say what it becomes: `values: {{{}: …}}`; `null` refuses it", lost[0].name))
}
