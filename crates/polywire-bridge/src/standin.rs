//! Stand-in until the real plans are there.
use polywire_contract::{Contract, OperationId};
use polywire_diag::Diagnostic;
use polywire_wire::{Form, Param, Refusal, Validation, Violation};
#[derive(Default)]
pub struct PlanOptions {
    pub validation: Validation,
    pub x: (),
}
#[derive(Clone, Copy)]
pub struct PlanId(u32);
pub struct Compiler<'a>(#[allow(dead_code)] &'a Contract, Vec<(Form, Form)>);
impl<'a> Compiler<'a> {
    pub fn new(c: &'a Contract) -> Self {
        Compiler(c, vec![])
    }
    pub fn operation(
        &mut self,
        _o: OperationId,
        from: (Form, usize),
        to: (Form, usize),
        _p: &PlanOptions,
        _d: &mut Vec<Diagnostic>,
    ) -> Option<PlanId> {
        self.1.push((from.0, to.0));
        Some(PlanId(self.1.len() as u32 - 1))
    }
    pub fn finish(self) -> Plans {
        Plans(self.1)
    }
}
#[derive(Default)]
pub struct Output {
    pub params: Vec<Param>,
    pub body: Vec<u8>,
    pub observed: Option<Refusal>,
    pub dropped: u32,
}
#[derive(Default)]
pub struct Scratch;
pub enum Passed {
    Same,
    Written,
}
pub struct Plans(Vec<(Form, Form)>);
impl Plans {
    fn run(&self, p: PlanId, body: &[u8], out: &mut Output) -> Result<Passed, Refusal> {
        if body.windows(3).any(|w| w == b"bad") {
            return Err(Refusal {
                malformed: false,
                violations: vec![Violation { path: "/x".into(), rule: "type", offset: 0, found: "text" }],
            });
        }
        let (a, b) = self.0[p.0 as usize];
        if a == b {
            return Ok(Passed::Same);
        }
        out.body.extend_from_slice(body);
        Ok(Passed::Written)
    }
    pub fn request(
        &self,
        p: PlanId,
        _pp: &[Param],
        body: Option<&[u8]>,
        out: &mut Output,
        _s: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        self.run(p, body.unwrap_or(&[]), out)
    }
    pub fn outcome(
        &self,
        p: PlanId,
        _o: usize,
        body: &[u8],
        out: &mut Output,
        _s: &mut Scratch,
    ) -> Result<Passed, Refusal> {
        self.run(p, body, out)
    }
}
