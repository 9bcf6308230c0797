//! Contracts whose error type has a closed set of codes: callers get only codes of that set.

use polywire_call::{Answer, Code};
use polywire_contract::{Contract, Operation, Shape, TypeId};

/// Finds the codes that an operation's declared errors may have at `/error/code`; `None` where the set is open.
pub(crate) fn codes(contract: &Contract, operation: &Operation) -> Option<Vec<Code>> {
    let errors = operation.outcomes.iter().filter(|outcome| !outcome.ok);
    let types = errors
        .flat_map(|outcome| &outcome.media)
        .filter(|media| media.is_json())
        .filter_map(|media| media.ty);
    types.into_iter().find_map(|ty| set(contract, ty.id))
}

fn set(contract: &Contract, ty: TypeId) -> Option<Vec<Code>> {
    let member = |ty: TypeId, name: &str| {
        let field = contract.record(ty)?.fields.iter().find(|field| field.name == name)?;
        Some(field.ty.id)
    };
    match &contract.ty(member(member(ty, "error")?, "code")?).shape {
        Shape::Enum(set) if !set.open => {
            let codes: Vec<Code> = set.values.iter().filter_map(|value| Code::parse(&value.name)).collect();
            (!codes.is_empty()).then_some(codes)
        }
        _ => None,
    }
}

/// Replaces the code of a standard error by the nearest one of the set; the precise one stays beside it, and the status.
pub(crate) fn narrow(codes: &[Code], answer: &mut Option<Answer>) {
    let Some(Answer::Error(error)) = answer else { return };
    let precise = error.code;
    let nearest =
        std::iter::successors(Some(precise), |code| code.fallback()).find(|code| codes.contains(code));
    if let Some(nearest) = nearest.filter(|nearest| *nearest != precise) {
        error.status = Some(error.http());
        error.precise = Some(precise);
        error.code = nearest;
    }
}

#[cfg(test)]
mod tests {
    use polywire_call::StandardError;
    use polywire_contract::{Enum, EnumValue, Field, Record};
    use polywire_diag::{FileId, Span};

    use super::*;

    /// The codes of an error type `{"error": {"code": shape}}`.
    fn found(shape: Shape) -> Option<Vec<Code>> {
        let span = Span::new(FileId(0), 0, 0);
        let mut contract = Contract::default();
        let mut ty = contract.add_anonymous(shape, span);
        for name in ["code", "error"] {
            let fields = vec![Field::new(name, ty.into(), span)];
            ty = contract.add_anonymous(Shape::Record(Record { fields, ..Record::default() }), span);
        }
        set(&contract, ty)
    }

    #[test]
    fn a_closed_set_of_codes_is_found_in_the_contract() {
        let value = |name: &str| EnumValue { name: name.into(), span: Span::new(FileId(0), 0, 0) };
        let values = vec![value("NOT_FOUND"), value("OUT_OF_STOCK"), value("INTERNAL_ERROR")];
        let closed = Shape::Enum(Enum { values: values.clone(), open: false });
        assert_eq!(found(closed), Some(vec![Code::NotFound, Code::InternalError]));
        assert_eq!(found(Shape::Enum(Enum { values, open: true })), None);
        assert_eq!(found(Shape::Text), None);
    }

    fn check(codes: &[Code], code: Code, expected: (Code, Option<Code>)) {
        let mut answer = Some(Answer::Error(StandardError::new(code, "m")));
        narrow(codes, &mut answer);
        let Some(Answer::Error(error)) = answer else { panic!("it stays an error") };
        assert_eq!((error.code, error.precise), expected);
        assert_eq!(error.http(), code.http());
    }

    #[test]
    fn a_code_that_the_set_lacks_becomes_the_nearest_one() {
        let set = [Code::ValidationError, Code::InternalError];
        check(&set, Code::PayloadTooLarge, (Code::ValidationError, Some(Code::PayloadTooLarge)));
        check(&set, Code::Timeout, (Code::InternalError, Some(Code::Timeout)));
        check(&set, Code::ValidationError, (Code::ValidationError, None));
        // There is none that it could be.
        check(&set, Code::Forbidden, (Code::Forbidden, None));
    }
}
