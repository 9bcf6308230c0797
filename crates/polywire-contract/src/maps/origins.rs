//! Origins that a person wrote: names are resolved, values and kinds checked.

use polywire_diag::Span;
use polywire_syntax::Number;

use super::path;
use super::proposal::{ProposedLine, Remark, Why};
use super::propose::{Engine, Table, remarks};
use super::records::{Matching, field};
use super::report;
use super::written::{WrittenName, WrittenOrigin};
use super::{FieldPath, Origin};
use crate::drift::{Aspect, Fate, crossing, crossing_made, kind};
use crate::{Shape, Type, TypeId, TypeRef};

impl<'a> Engine<'a> {
    pub(super) fn written_origin(
        &mut self,
        matching: &mut Matching<'a>,
        path: &FieldPath,
        written: &'a WrittenOrigin,
    ) -> Origin {
        let Some(target) = field(self.contract, matching.to, path).map(|field| field.ty) else {
            return Origin::Absent;
        };
        match written {
            WrittenOrigin::Field(name) => match self.source(matching, name) {
                Some(source) => self.carried(matching, path, source, Why::Written),
                None => Origin::Absent,
            },
            WrittenOrigin::Absent(_) => {
                self.line(matching, path, "—".into(), Vec::new());
                Origin::Absent
            }
            WrittenOrigin::Value(value) => {
                if let Some(reason) = self.contract.misfit(target, value) {
                    self.found.diags.push(report::wrong(value.span, format!("this value {reason}")));
                }
                self.line(matching, path, crate::dump::literal(value), Vec::new());
                Origin::Value(value.clone())
            }
            WrittenOrigin::Join { parts, with } => self.join(matching, path, target, parts, with),
            WrittenOrigin::Part { of, at, part, parts } => {
                let made = self.text_of(of.span);
                let Some(source) = self.made_of(matching, of, target, &made) else { return Origin::Absent };
                let from = format!("{} [{} of {parts} at {at:?}]", self.shown(matching, &source), part + 1);
                let mut said = self.absence(matching, path, &source);
                said.extend(remarks(&crossing_made(self.contract, &made, target)));
                self.line(matching, path, from, said);
                Origin::Part { of: source, at: at.clone(), part: *part, parts: *parts }
            }
            WrittenOrigin::Scaled { of, by } => self.scaled(matching, path, target, of, by),
            WrittenOrigin::Coded { of, values } => {
                let Some(source) = self.source(matching, of) else { return Origin::Absent };
                let from = field(self.contract, matching.from, &source).map(|field| field.ty.id);
                if let Some(from) = from
                    && self.table(from, target.id, values, of.span)
                {
                    return self.carried(matching, path, source, Why::Written);
                }
                matching.silent.insert(source);
                Origin::Absent
            }
        }
    }

    fn join(
        &mut self,
        matching: &mut Matching<'a>,
        path: &FieldPath,
        target: TypeRef,
        parts: &[WrittenName],
        with: &str,
    ) -> Origin {
        let mut found = Vec::new();
        for part in parts {
            let made = self.text_of(part.span);
            match self.made_of(matching, part, target, &made) {
                Some(source) => found.push(source),
                None => return Origin::Absent,
            }
        }
        let names: Vec<String> = found.iter().map(|source| self.shown(matching, source)).collect();
        let from = names.join(&format!(" + {with:?} + "));
        let made = self.text_of(self.contract.ty(matching.from).span);
        let mut said: Vec<Remark> =
            found.iter().flat_map(|source| self.absence(matching, path, source)).take(1).collect();
        said.extend(remarks(&crossing_made(self.contract, &made, target)));
        self.line(matching, path, from, said);
        Origin::Join { parts: found, with: with.to_string() }
    }

    fn scaled(
        &mut self,
        matching: &mut Matching<'a>,
        path: &FieldPath,
        target: TypeRef,
        of: &WrittenName,
        by: &Number,
    ) -> Origin {
        let Some(source) = self.source(matching, of) else { return Origin::Absent };
        matching.used.insert(source.clone());
        let numeric =
            |id: TypeId| matches!(self.contract.ty(id).shape, Shape::Int(_) | Shape::Decimal { .. });
        let from = field(self.contract, matching.from, &source).map(|field| field.ty.id);
        for id in from.into_iter().chain([target.id]) {
            if !numeric(id) {
                let message = format!(
                    "`by` is between integers and decimals, and here is {}",
                    kind(self.contract.ty(id))
                );
                self.found.diags.push(report::wrong_at(of.span, message, self.contract.ty(id).span));
                return Origin::Absent;
            }
        }
        let shape = self.contract.ty(target.id).shape.clone();
        let whole = matches!(shape, Shape::Int(_));
        let mut said = self.absence(matching, path, &source);
        said.extend(remarks(&crossing_made(self.contract, &made(shape, of.span), target)));
        if whole {
            said.push(Remark { fate: Fate::Refused, says: "what is then no whole number".into() });
        }
        let text = format!("{} × {by}", self.shown(matching, &source));
        self.line(matching, path, text, said);
        Origin::Scaled { of: source, by: by.clone() }
    }

    /// The field of the source that a name means; it has a place then.
    fn source(&mut self, matching: &Matching<'a>, name: &WrittenName) -> Option<FieldPath> {
        match path::find(self.contract, matching.from, &name.text) {
            Ok(source) => Some(source),
            Err(lack) => {
                self.found.diags.push(report::no_field(self.contract, name, &lack));
                None
            }
        }
    }

    /// The field of a name from which a text is made; both ends must be texts.
    fn made_of(
        &mut self,
        matching: &mut Matching<'a>,
        name: &WrittenName,
        target: TypeRef,
        text: &Type,
    ) -> Option<FieldPath> {
        let source = self.source(matching, name)?;
        matching.used.insert(source.clone());
        let from = field(self.contract, matching.from, &source).map(|field| self.contract.ty(field.ty.id));
        for ty in from.into_iter().chain([self.contract.ty(target.id)]) {
            if !matches!(ty.shape, Shape::Text) {
                let message = format!("joins and splits are between texts, and here is {}", kind(ty));
                self.found.diags.push(report::wrong_at(text.span, message, ty.span));
                return None;
            }
        }
        Some(source)
    }

    /// Keeps a code table for two enums; says whether that is possible.
    fn table(
        &mut self,
        from: TypeId,
        to: TypeId,
        values: &'a [(WrittenName, Option<WrittenName>)],
        span: Span,
    ) -> bool {
        for id in [from, to] {
            let ty = self.contract.ty(id);
            if !matches!(ty.shape, Shape::Enum(_)) {
                let message = format!("a table of values is between two enums, and here is {}", kind(ty));
                self.found.diags.push(report::wrong_at(span, message, ty.span));
                return false;
            }
        }
        let known = self.tables.iter().find(|table| (table.from, table.to) == (from, to));
        let texts = |values: &[(WrittenName, Option<WrittenName>)]| -> Vec<(String, Option<String>)> {
            values.iter().map(|(a, b)| (a.text.clone(), b.as_ref().map(|b| b.text.clone()))).collect()
        };
        match known {
            Some(table) if texts(table.values) != texts(values) => {
                let message = "the same two enums have another table of values elsewhere";
                self.found.diags.push(report::wrong_at(span, message, table.span));
                false
            }
            Some(_) => true,
            None => {
                self.tables.push(Table { from, to, values, span });
                true
            }
        }
    }

    /// What may be refused because the source may have nothing.
    fn absence(&self, matching: &Matching<'a>, path: &FieldPath, source: &[u32]) -> Vec<Remark> {
        let mut found = crossing(self.contract, (matching.from, source), (matching.to, path));
        found.retain(|one| matches!(one.aspect, Aspect::Presence | Aspect::Null));
        remarks(&found)
    }

    fn line(&self, matching: &mut Matching<'a>, path: &FieldPath, from: String, remarks: Vec<Remark>) {
        let to = path::shown(self.contract, matching.to, path);
        matching.lines.push(ProposedLine { from, to, why: Why::Written, remarks, locked: None, gone: false });
    }

    fn shown(&self, matching: &Matching<'a>, source: &[u32]) -> String {
        path::shown(self.contract, matching.from, source)
    }

    fn text_of(&self, span: Span) -> Type {
        made(Shape::Text, span)
    }
}

/// The type of what is made on the way.
fn made(shape: Shape, span: Span) -> Type {
    Type { name: None, span, shape, checks: Vec::new(), doc: String::new(), sensitive: false }
}
