//! Which parts of a loader a program needs: no function stands in a file that nothing there calls.

use std::collections::BTreeSet;

use super::program::{Program, Source, Ty};

/// What is read, and from what.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(in crate::settings) enum Part {
    /// A value that need not be set.
    Optional,
    /// A value that need not be set, and may be `null` without being text.
    OptionalNullable,
    /// A value that has to be set.
    Required,
    /// A value that no message shows.
    Masked,
    Bool,
    Int,
    Float,
    Text,
    Choice,
    /// `null`, or empty text.
    Nullable,
    /// Text or `null`, within JSON.
    NullableText,
    /// Words between commas, or a list in JSON.
    Words,
    /// Anything that is read from JSON.
    Json,
    List,
    Map,
    Record,
    /// Members that have to be in every record.
    RequiredMember,
    /// Members that need not be in every record.
    OptionalMember,
    Any,
}

/// The parts that are needed.
#[derive(Clone, Debug, Default)]
pub(in crate::settings) struct Needs(BTreeSet<Part>);

impl Needs {
    pub(in crate::settings) fn of(program: &Program<'_>) -> Self {
        let mut needs = Needs::default();
        for (field, entry) in program.entries() {
            needs.0.insert(if entry.required { Part::Required } else { Part::Optional });
            if !entry.required && matches!(&field.ty, Ty::Nullable(of) if **of != Ty::Text) {
                needs.0.insert(Part::OptionalNullable);
            }
            if entry.masked {
                needs.0.insert(Part::Masked);
            }
            needs.top(program, &field.ty);
        }
        needs
    }

    pub(in crate::settings) fn has(&self, part: Part) -> bool {
        self.0.contains(&part)
    }

    pub(in crate::settings) fn any(&self, parts: &[Part]) -> bool {
        parts.iter().any(|part| self.has(*part))
    }

    /// The text of a variable.
    fn top(&mut self, program: &Program<'_>, ty: &Ty) {
        match ty {
            Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) => self.within(program, ty),
            // Text that is empty is text.
            Ty::Nullable(of) if **of == Ty::Text => self.within(program, of),
            Ty::Nullable(of) => {
                self.0.insert(Part::Nullable);
                self.top(program, of);
            }
            Ty::List(_) | Ty::Map(_) | Ty::Struct(_) | Ty::Any => {
                let words = matches!(ty, Ty::List(of) if of.is_scalar());
                self.0.extend(words.then_some(Part::Words));
                self.0.insert(Part::Json);
                self.within(program, ty);
            }
        }
    }

    /// A value of JSON, or a plain text.
    fn within(&mut self, program: &Program<'_>, ty: &Ty) {
        let part = match ty {
            Ty::Bool => Part::Bool,
            Ty::Int { .. } => Part::Int,
            Ty::Float => Part::Float,
            Ty::Text => Part::Text,
            Ty::Choice(_) => Part::Choice,
            Ty::Nullable(of) if **of == Ty::Text => Part::NullableText,
            Ty::Nullable(_) => Part::Nullable,
            Ty::List(_) => Part::List,
            Ty::Map(_) => Part::Map,
            Ty::Struct(_) => Part::Record,
            Ty::Any => Part::Any,
        };
        self.0.insert(part);
        match ty {
            Ty::Nullable(of) | Ty::List(of) | Ty::Map(of) => self.within(program, of),
            Ty::Struct(of) => {
                for field in &program.structs[*of].fields {
                    let required = !matches!(field.source, Source::Member { required: false, .. });
                    self.0.insert(if required { Part::RequiredMember } else { Part::OptionalMember });
                    let bare = if required { &field.ty } else { field.ty.bare() };
                    self.within(program, bare);
                }
            }
            Ty::Bool | Ty::Int { .. } | Ty::Float | Ty::Text | Ty::Choice(_) | Ty::Any => {}
        }
    }
}
