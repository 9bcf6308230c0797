//! What of an answer is text: its header fields, and bodies of text.

use crate::plan::{HeaderHolds, HeaderPlan, HeadersPlan, ParamsPlan, PlanId, Plans, Program};
use crate::{Encoding, Output, Param, Passed, Refusal, Scratch, Violation};

impl Plans {
    /// Whether the contract says anything of the header fields of an outcome.
    pub fn reads_headers(&self, plan: PlanId, outcome: usize) -> bool {
        self.headers_of(plan, outcome).is_some()
    }

    fn headers_of(&self, plan: PlanId, outcome: usize) -> Option<&HeadersPlan> {
        match self.programs.get(plan.0 as usize) {
            Some(Program::Operation(operation)) => operation.headers.get(outcome)?.as_ref(),
            _ => None,
        }
    }

    /// Checks the header fields of an outcome; `fields` gives all that came, by name in lower case.
    ///
    /// # Errors
    /// What is wrong with them; the path is `header NAME`.
    pub fn headers<'m, I: Iterator<Item = (&'m str, &'m str)>>(
        &self,
        plan: PlanId,
        outcome: usize,
        fields: impl Fn() -> I,
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<(), Refusal> {
        out.begin();
        let Some(plan) = self.headers_of(plan, outcome) else { return Ok(()) };
        let mut params = Vec::new();
        for header in &plan.fields {
            let values = || fields().filter(|(name, _)| *name == header.name).map(|(_, value)| value);
            header.read(values, &mut params);
        }
        scratch.buffer.clear();
        self.params(&plan.params, &params, false, out, scratch)
    }

    /// A body that is text.
    pub(super) fn text(
        &self,
        plan: &ParamsPlan,
        body: &[u8],
        out: &mut Output,
        scratch: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        let Ok(text) = std::str::from_utf8(body) else {
            let violation = Violation { path: String::new(), rule: "malformed", offset: 0, found: "text" };
            return Err(Refusal { malformed: true, violations: vec![violation] });
        };
        scratch.buffer.clear();
        self.params(plan, &[Param::text(0, text)], false, out, scratch)?;
        if plan.to == Encoding::Json {
            return Ok(Passed::Same);
        }
        out.body.extend_from_slice(scratch.buffer.bytes());
        Ok(Passed::Written)
    }
}

impl HeaderPlan {
    /// Takes the lines of a field apart: several are one with commas between them (RFC 9110, section 5.3).
    fn read<'v, I: Iterator<Item = &'v str>>(&self, values: impl Fn() -> I, params: &mut Vec<Param>) {
        let pieces =
            || values().flat_map(|value| value.split(',')).map(|piece| piece.trim_matches([' ', '\t']));
        match &self.holds {
            // Each line of this one stands alone.
            HeaderHolds::One if self.name == "set-cookie" => {
                params.extend(values().take(1).map(|value| Param::text(self.slot, value)));
            }
            HeaderHolds::One => {
                let lines: Vec<&str> = values().collect();
                if !lines.is_empty() {
                    params.push(Param::text(self.slot, lines.join(", ").trim_matches([' ', '\t'])));
                }
            }
            HeaderHolds::List => params.extend(pieces().map(|piece| Param::text(self.slot, piece))),
            HeaderHolds::Members { names, explode } => {
                let mut pieces = pieces();
                while let Some(piece) = pieces.next() {
                    let (name, value) = match explode {
                        true => piece.split_once('=').unwrap_or((piece, "")),
                        false => (piece, pieces.next().unwrap_or("")),
                    };
                    let at = names.iter().position(|known| known == name);
                    params.extend(at.map(|at| Param::text(self.slot + at as u16, value)));
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, holds: HeaderHolds, lines: &[&str], expected: &[(u16, &str)]) {
        let mut params = Vec::new();
        HeaderPlan { name: name.into(), slot: 3, holds }.read(|| lines.iter().copied(), &mut params);
        let expected: Vec<Param> = expected.iter().map(|(slot, text)| Param::text(*slot, *text)).collect();
        assert_eq!(params, expected, "{name} {lines:?}");
    }

    #[test]
    fn lines_are_taken_apart() {
        check("x", HeaderHolds::One, &[], &[]);
        check("x", HeaderHolds::One, &[" 1 "], &[(3, "1")]);
        check("vary", HeaderHolds::One, &["a", "b, c"], &[(3, "a, b, c")]);
        check("set-cookie", HeaderHolds::One, &["a=1", "b=2"], &[(3, "a=1")]);
        check("x", HeaderHolds::List, &["a, b", "c"], &[(3, "a"), (3, "b"), (3, "c")]);
        let members = |explode| HeaderHolds::Members { names: vec!["r".into(), "g".into()], explode };
        check("x", members(false), &["g,2, r,1,b,3"], &[(4, "2"), (3, "1")]);
        check("x", members(true), &["g=2, r=1,b=3"], &[(4, "2"), (3, "1")]);
    }
}
