//! Diagnostics in the order in which a person reads them.

use std::cmp::Reverse;

use crate::{Diagnostic, FileId, Severity};

/// Sorts by file and place, errors first at the same place; those without a place come last. Exact repeats are dropped.
pub fn sort(diags: &mut Vec<Diagnostic>) {
    diags.sort_by(|a, b| key(a).cmp(&key(b)));
    diags.dedup();
}

type Key<'d> = (bool, Option<(FileId, u32)>, Severity, &'static str, Option<Reverse<u32>>, &'d str);

fn key(diag: &Diagnostic) -> Key<'_> {
    let span = diag.labels.first().map(|label| label.span);
    (
        span.is_none(),
        span.map(|s| (s.file, s.start)),
        diag.severity,
        diag.code.id,
        span.map(|s| Reverse(s.end)),
        &diag.message,
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Code, Span};

    static CODE: Code = Code { id: "PW-X0001", page: "" };

    #[test]
    fn places_come_first_then_severity_and_repeats_are_dropped() {
        let at = |file, start| Span::new(FileId(file), start, start + 1);
        let mut diags = vec![
            Diagnostic::error(&CODE, "nowhere"),
            Diagnostic::error(&CODE, "second file").at(at(1, 0), ""),
            Diagnostic::warning(&CODE, "warning").at(at(0, 5), ""),
            Diagnostic::error(&CODE, "error").at(at(0, 5), ""),
            Diagnostic::error(&CODE, "first").at(at(0, 2), "x"),
            Diagnostic::error(&CODE, "error").at(at(0, 5), ""),
            Diagnostic::error(&CODE, "first").at(at(0, 2), "y"),
        ];
        sort(&mut diags);
        let messages: Vec<&str> = diags.iter().map(|d| d.message.as_str()).collect();
        assert_eq!(messages, ["first", "first", "error", "warning", "second file", "nowhere"]);
    }
}
