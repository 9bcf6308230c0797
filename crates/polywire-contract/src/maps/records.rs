//! Two records: for each field of the target its origin, for each field of the source its place.

use std::collections::{BTreeMap, BTreeSet};

use polywire_diag::{Diagnostic, Span};
use polywire_syntax::{Node, Number, Value};

use super::path::{self, Reached};
use super::proposal::{ProposedLine, Remark, Why};
use super::propose::{Engine, remarks};
use super::report;
use super::written::WrittenOrigin;
use super::{FieldMap, FieldPath, MapKind, Origin};
use crate::drift::{Aspect, Fate, crossing, must_be_there};
use crate::{Contract, Extra, Field, Shape, TypeId, Words};

/// The work on one pair of records.
pub(super) struct Matching<'a> {
    pub(super) from: TypeId,
    pub(super) to: TypeId,
    sources: Fields,
    targets: Fields,
    written: BTreeMap<FieldPath, &'a WrittenOrigin>,
    locked: BTreeMap<FieldPath, Option<FieldPath>>,
    /// Fields of the target whose origin in polywire.lock is gone, and where it says so.
    gone: BTreeMap<FieldPath, Option<Span>>,
    dropped: BTreeMap<FieldPath, Span>,
    /// Fields of the source that have a place.
    pub(super) used: BTreeSet<FieldPath>,
    /// Fields of the source of which something else was said.
    pub(super) silent: BTreeSet<FieldPath>,
    /// Names of which it was said that several fields have them.
    told: BTreeSet<Vec<Words>>,
    pub(super) lines: Vec<ProposedLine>,
    /// What is missing.
    missing: Vec<Diagnostic>,
    /// Something written is wrong: what is missing or has no place is said when that is right.
    pub(super) is_broken: bool,
}

/// Every field at any depth of one side.
struct Fields {
    all: Vec<Reached>,
    by_path: BTreeMap<FieldPath, usize>,
    by_steps: BTreeMap<Vec<Words>, Vec<usize>>,
    /// Of fields that have no partner at their own place, nor lie in one that has.
    by_words: BTreeMap<Words, Vec<usize>>,
}

/// What has the words of a field of the target.
enum Partner {
    Nothing,
    One(FieldPath),
    /// Fields of the source, fields of the target.
    Several(Vec<FieldPath>, Vec<FieldPath>),
}

impl Fields {
    fn of(contract: &Contract, record: TypeId) -> Fields {
        let all = path::reached(contract, record);
        let mut by_steps: BTreeMap<Vec<Words>, Vec<usize>> = BTreeMap::new();
        for (at, one) in all.iter().enumerate() {
            by_steps.entry(one.steps.clone()).or_default().push(at);
        }
        let by_path = all.iter().enumerate().map(|(at, one)| (one.path.clone(), at)).collect();
        Fields { all, by_path, by_steps, by_words: BTreeMap::new() }
    }

    /// Sets those aside that have a partner among the others.
    fn claim(&mut self, others: &Fields) {
        let mut claimed: BTreeSet<&[u32]> = BTreeSet::new();
        for (at, one) in self.all.iter().enumerate() {
            let inner = one.path.len() > 1 && claimed.contains(&one.path[..one.path.len() - 1]);
            if inner || others.by_steps.contains_key(&one.steps) {
                claimed.insert(&one.path);
            } else {
                self.by_words.entry(one.joined()).or_default().push(at);
            }
        }
    }

    fn get(&self, path: &[u32]) -> Option<&Reached> {
        self.by_path.get(path).map(|at| &self.all[*at])
    }

    fn paths(&self, at: &[usize]) -> Vec<FieldPath> {
        at.iter().map(|at| self.all[*at].path.clone()).collect()
    }
}

impl<'a> Engine<'a> {
    pub(super) fn records(&mut self, from: TypeId, to: TypeId) {
        let mut matching = self.matching(from, to);
        let fields = self.fields(&mut matching, &[]);
        let dropped = self.leftovers(&mut matching);
        self.keep(from, to, MapKind::Record { fields, dropped }, matching.lines);
    }

    fn matching(&mut self, from: TypeId, to: TypeId) -> Matching<'a> {
        let (mut sources, mut targets) = (Fields::of(self.contract, from), Fields::of(self.contract, to));
        sources.claim(&targets);
        targets.claim(&sources);
        let mut matching = Matching {
            from,
            to,
            sources,
            targets,
            written: BTreeMap::new(),
            locked: BTreeMap::new(),
            gone: BTreeMap::new(),
            dropped: BTreeMap::new(),
            used: BTreeSet::new(),
            silent: BTreeSet::new(),
            told: BTreeSet::new(),
            lines: Vec::new(),
            missing: Vec::new(),
            is_broken: false,
        };
        let before = self.found.diags.len();
        self.read_written(&mut matching);
        matching.is_broken = self.found.diags.len() > before;
        self.read_locked(&mut matching);
        matching
    }

    fn read_written(&mut self, matching: &mut Matching<'a>) {
        let Some(map) = self.written(matching.from, matching.to) else { return };
        for (name, origin) in &map.fields {
            match path::find(self.contract, matching.to, &name.text) {
                Ok(path) => drop(matching.written.insert(path, origin)),
                Err(lack) => self.found.diags.push(report::no_field(self.contract, name, &lack)),
            }
        }
        for name in &map.drop {
            match path::find(self.contract, matching.from, &name.text) {
                Ok(path) => drop(matching.dropped.insert(path, name.span)),
                Err(lack) => self.found.diags.push(report::no_field(self.contract, name, &lack)),
            }
        }
        for (name, _) in &map.values {
            self.found
                .diags
                .push(report::wrong(name.span, "`values` is for enums and alternatives, not for records"));
        }
    }

    fn read_locked(&mut self, matching: &mut Matching<'a>) {
        let key = self.key(matching.from, matching.to);
        let pair = (matching.from, matching.to);
        for (name, line) in self.known.lock.map_lines(&key) {
            let Ok(target) = path::find(self.contract, matching.to, name) else {
                self.found.gone.push(report::gone(self.contract, pair, name, line.span));
                continue;
            };
            if matching.written.contains_key(&target) {
                continue;
            }
            match line.source.as_deref().map(|source| path::find(self.contract, matching.from, source)) {
                None => drop(matching.locked.insert(target, None)),
                Some(Ok(source)) => drop(matching.locked.insert(target, Some(source))),
                Some(Err(_)) => drop(matching.gone.insert(target, line.span)),
            }
        }
    }

    /// The origin of each field of the target's record at a path.
    fn fields(&mut self, matching: &mut Matching<'a>, outer: &[u32]) -> Vec<FieldMap> {
        let record = target_record(self.contract, matching.to, outer);
        let Some(record) = record.and_then(|id| self.contract.record(id)) else { return Vec::new() };
        let mut maps = Vec::new();
        for at in 0..record.fields.len() as u32 {
            let path: FieldPath = outer.iter().copied().chain([at]).collect();
            // Counts and selectors follow from what they count.
            let derived =
                record.derived.iter().any(|derived| derived.below.is_empty() && derived.field == at);
            let origin = if derived { Origin::Absent } else { self.origin(matching, &path) };
            maps.push(FieldMap { field: at, origin });
        }
        maps
    }

    fn origin(&mut self, matching: &mut Matching<'a>, path: &FieldPath) -> Origin {
        if let Some(written) = matching.written.get(path).copied() {
            let before = self.found.diags.len();
            let origin = self.written_origin(matching, path, written);
            matching.is_broken |= self.found.diags.len() > before;
            return origin;
        }
        if let Some(origin) = self.tag(matching, path) {
            return origin;
        }
        let partner = matching.partner(path);
        let ty = field(self.contract, matching.to, path).map(|field| field.ty.id);
        let is_record = ty.is_some_and(|ty| self.contract.record(ty).is_some());
        if is_record && matching.is_opened(path, &partner) {
            return Origin::Record(self.fields(matching, path));
        }
        let locked = matching.locked.get(path).cloned();
        if let Some(Some(source)) = locked {
            return self.carried(matching, path, source, Why::Confirmed);
        }
        match partner {
            Partner::One(source) => {
                let why = self.why(matching, path, &source);
                self.carried(matching, path, source, why)
            }
            Partner::Several(sources, targets) => {
                self.ambiguous(matching, path, sources, targets);
                Origin::Absent
            }
            Partner::Nothing if is_record && matching.has_partner_below(path) => {
                Origin::Record(self.fields(matching, path))
            }
            Partner::Nothing => self.absent(matching, path, locked.is_some()),
        }
    }

    /// The member that says which alternative the record is: in the target's own words.
    fn tag(&mut self, matching: &mut Matching<'a>, path: &FieldPath) -> Option<Origin> {
        let tag = *self.tags.get(&(matching.from, matching.to))?;
        let [at] = path[..] else { return None };
        let target = self.contract.record(matching.to)?.fields.get(at as usize)?;
        let value = Node { span: target.span, value: Value::Text(tag.value.to_string()) };
        if target.name != tag.target || self.contract.misfit(target.ty, &value).is_some() {
            return None;
        }
        let source = self.contract.record(matching.from)?;
        let source = source.fields.iter().position(|field| Some(field.name.as_str()) == tag.source);
        matching.silent.extend(source.map(|at| vec![at as u32]));
        let (from, to) = (crate::dump::literal(&value), target.name.clone());
        let (remarks, why) = (Vec::new(), Why::Tag);
        matching.lines.push(ProposedLine { from, to, why, remarks, locked: None, gone: false });
        Some(Origin::Value(value))
    }

    fn why(&self, matching: &Matching<'_>, path: &[u32], source: &[u32]) -> Why {
        let same = path::shown(self.contract, matching.to, path)
            == path::shown(self.contract, matching.from, source);
        if same { Why::SameName } else { Why::SameWords }
    }

    /// A field that has the value of another.
    pub(super) fn carried(
        &mut self,
        matching: &mut Matching<'a>,
        path: &FieldPath,
        source: FieldPath,
        why: Why,
    ) -> Origin {
        let differences = crossing(self.contract, (matching.from, &source), (matching.to, path));
        let stop = differences.iter().find(|one| {
            one.aspect == Aspect::Kind || (one.left_to_right == Fate::Lost && why != Why::Written)
        });
        if let Some(one) = stop {
            self.found.diags.push(report::does_not_fit(self.contract, matching, path, &source, one));
            matching.silent.insert(source);
            return Origin::Absent;
        }
        let ends = (field(self.contract, matching.from, &source), field(self.contract, matching.to, path));
        let (from, to) = (
            path::shown(self.contract, matching.from, &source),
            path::shown(self.contract, matching.to, path),
        );
        if let (Some(a), Some(b)) = ends {
            let (of_a, of_b) = (self.name(matching.from), self.name(matching.to));
            self.below((a.ty.id, format!("{of_a}.{from}")), (b.ty.id, format!("{of_b}.{to}")));
        }
        let locked = (why != Why::Written).then(|| (to.clone(), Some(from.clone())));
        let gone = matching.gone.contains_key(path);
        if let (true, Some(line)) = (gone, &locked) {
            self.say_gone(matching, path, &line.0);
        }
        matching.lines.push(ProposedLine { from, to, why, remarks: remarks(&differences), locked, gone });
        matching.used.insert(source.clone());
        let shapes = [ends.0, ends.1].map(|end| end.map(|field| &self.contract.ty(field.ty.id).shape));
        match shapes {
            // The number is the same, its form is not.
            [Some(Shape::Int(_)), Some(Shape::Decimal { .. })]
            | [Some(Shape::Decimal { .. }), Some(Shape::Int(_))] => {
                Origin::Scaled { of: source, by: Number("1".into()) }
            }
            _ => Origin::Field(source),
        }
    }

    /// A field that nothing goes to.
    fn absent(&mut self, matching: &mut Matching<'a>, path: &FieldPath, confirmed: bool) -> Origin {
        let gone = matching.gone.get(path).copied();
        let to = path::shown(self.contract, matching.to, path);
        let record = target_record(self.contract, matching.to, &path[..path.len() - 1]);
        let at = *path.last().expect("a path has a step") as usize;
        if record.is_some_and(|record| must_be_there(self.contract, record, at)) {
            matching.missing.push(report::missing(self.contract, matching, path, gone.flatten()));
            return Origin::Absent;
        }
        if gone.is_some() {
            self.say_gone(matching, path, &to);
        }
        let default = field(self.contract, matching.to, path).and_then(|field| field.default.as_ref());
        let from =
            default.map_or("—".to_string(), |value| format!("— (default {})", crate::dump::literal(value)));
        let why = if confirmed { Why::Confirmed } else { Why::Optional };
        let locked = Some((to.clone(), None));
        matching.lines.push(ProposedLine {
            from,
            to,
            why,
            remarks: Vec::new(),
            locked,
            gone: gone.is_some(),
        });
        Origin::Absent
    }

    fn say_gone(&mut self, matching: &Matching<'_>, path: &FieldPath, name: &str) {
        let span = matching.gone.get(path).copied().flatten();
        self.found.gone.push(report::gone(self.contract, (matching.from, matching.to), name, span));
    }

    fn ambiguous(
        &mut self,
        matching: &mut Matching<'a>,
        path: &FieldPath,
        sources: Vec<FieldPath>,
        targets: Vec<FieldPath>,
    ) {
        let steps = matching.targets.get(path).map(|one| one.steps.clone());
        if matching.told.insert(steps.unwrap_or_default()) {
            let diag = report::ambiguous(self.contract, matching, path, (&sources, &targets));
            self.found.diags.push(diag);
        }
        matching.silent.extend(sources);
    }

    /// Fields of the source that have no place: left out where that was written, else a mistake.
    fn leftovers(&mut self, matching: &mut Matching<'a>) -> Vec<FieldPath> {
        let mut dropped = Vec::new();
        for (path, span) in matching.dropped.clone() {
            let whole = (1..=path.len()).any(|length| matching.used.contains(&path[..length]));
            let inner = matching.used.iter().any(|used| used.starts_with(&path));
            if whole || inner {
                let message = "this has a place in the target, so it is not left out";
                self.found.diags.push(report::wrong(span, message));
                continue;
            }
            let from = path::shown(self.contract, matching.from, &path);
            let (to, remarks) =
                ("— (dropped)".to_string(), vec![Remark { fate: Fate::Lost, says: "on purpose".into() }]);
            let line = ProposedLine { from, to, why: Why::Written, remarks, locked: None, gone: false };
            matching.lines.push(line);
            dropped.push(path);
        }
        let extra = self.contract.record(matching.from).map(|record| record.extra);
        if let Some(Extra::Typed(_)) = extra {
            let (from, to) = ("{}".to_string(), "—".to_string());
            let remarks = vec![Remark { fate: Fate::Refused, says: "where there are any".into() }];
            let line = ProposedLine { from, to, why: Why::Others, remarks, locked: None, gone: false };
            matching.lines.push(line);
        }
        if matching.is_broken {
            return dropped;
        }
        self.found.diags.append(&mut matching.missing);
        let mut left = Vec::new();
        self.homeless(matching, matching.from, &[], &mut left);
        for path in left {
            self.found.diags.push(report::no_place(self.contract, matching, &path));
        }
        dropped
    }

    fn homeless(&self, matching: &Matching<'_>, record: TypeId, outer: &[u32], left: &mut Vec<FieldPath>) {
        let Some(record) = self.contract.record(record) else { return };
        for (at, field) in record.fields.iter().enumerate() {
            let path: FieldPath = outer.iter().copied().chain([at as u32]).collect();
            let derived =
                record.derived.iter().any(|derived| derived.below.is_empty() && derived.field as usize == at);
            let known = [&matching.used, &matching.silent].into_iter().any(|set| set.contains(&path));
            if derived || known || matching.dropped.contains_key(&path) {
                continue;
            }
            let all = matching.used.iter().chain(&matching.silent).chain(matching.dropped.keys());
            let parts = all.into_iter().any(|used| used.starts_with(&path));
            if parts {
                self.homeless(matching, field.ty.id, &path, left);
            } else {
                left.push(path);
            }
        }
    }
}

impl Matching<'_> {
    fn partner(&self, path: &[u32]) -> Partner {
        let Some(target) = self.targets.get(path) else { return Partner::Nothing };
        let here = self.sources.by_steps.get(&target.steps).map(|at| self.sources.paths(at));
        let (sources, targets) = match here {
            Some(sources) => {
                let at = &self.targets.by_steps[&target.steps];
                (sources, self.targets.paths(at))
            }
            None => {
                let words = target.joined();
                let Some(at) = self.sources.by_words.get(&words) else { return Partner::Nothing };
                let own = self.targets.by_words.get(&words).map(|at| self.targets.paths(at));
                (self.sources.paths(at), own.unwrap_or_default())
            }
        };
        match sources.as_slice() {
            [only] if targets.len() == 1 => Partner::One(only.clone()),
            _ => Partner::Several(sources, targets),
        }
    }

    /// Whether something was said of the fields in a record of the target, so that they are matched one by one.
    fn is_opened(&self, path: &FieldPath, partner: &Partner) -> bool {
        let below = |known: &FieldPath| known.len() > path.len() && known.starts_with(path);
        let dropped = |known: &FieldPath| match partner {
            Partner::One(source) => known.len() > source.len() && known.starts_with(source),
            _ => false,
        };
        self.written.keys().any(below) || self.locked.keys().any(below) || self.dropped.keys().any(dropped)
    }

    fn has_partner_below(&self, path: &FieldPath) -> bool {
        let below =
            self.targets.all.iter().filter(|one| one.path.len() > path.len() && one.path.starts_with(path));
        below.into_iter().any(|one| !matches!(self.partner(&one.path), Partner::Nothing))
    }
}

/// The record at the end of a path.
fn target_record(contract: &Contract, record: TypeId, path: &[u32]) -> Option<TypeId> {
    if path.is_empty() { Some(record) } else { field(contract, record, path).map(|field| field.ty.id) }
}

/// The field at the end of a path.
pub(super) fn field<'c>(contract: &'c Contract, record: TypeId, path: &[u32]) -> Option<&'c Field> {
    let (last, outer) = path.split_last()?;
    let record = outer
        .iter()
        .try_fold(record, |id, at| contract.record(id)?.fields.get(*at as usize).map(|field| field.ty.id))?;
    contract.record(record)?.fields.get(*last as usize)
}
