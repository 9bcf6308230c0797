//! One type between JSON and another encoding.

use polywire_contract::{Contract, TypeId};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch};

pub(crate) struct Pair {
    pub(crate) plans: Plans,
    /// From JSON.
    pub(crate) there: PlanId,
    /// To JSON.
    pub(crate) back: PlanId,
    pub(crate) scratch: Scratch,
}

impl Pair {
    pub(crate) fn new(contract: &Contract, ty: TypeId, other: Encoding) -> Pair {
        let (mut compiler, mut diags) = (Compiler::new(contract), Vec::new());
        let options = PlanOptions::default();
        let there = compiler.ty(ty.into(), Encoding::Json, other, &options, &mut diags);
        let back = compiler.ty(ty.into(), other, Encoding::Json, &options, &mut diags);
        let (there, back) = (there.expect("it has a form"), back.expect("it has a form"));
        Pair { plans: compiler.finish(), there, back, scratch: Scratch::default() }
    }

    /// What becomes of a message; none where it is refused.
    pub(crate) fn pass(&mut self, plan: PlanId, input: &[u8]) -> Option<Vec<u8>> {
        let mut out = Vec::new();
        match self.plans.transcode(plan, input, &mut out, &mut self.scratch) {
            Ok(Passed::Written) => Some(out),
            Ok(_) => None,
            Err(Refusal { violations, .. }) => {
                assert!(!violations.is_empty() && violations.len() <= 32);
                None
            }
        }
    }

    /// JSON that was made of a message is taken back, and is the same when it is made of that again. Returns the message.
    pub(crate) fn again(&mut self, json: &[u8]) -> Vec<u8> {
        let message = self.pass(self.there, json);
        let message = message.unwrap_or_else(|| panic!("not taken back: {}", String::from_utf8_lossy(json)));
        let again = self.pass(self.back, &message).expect("what was written can be read");
        assert_eq!(String::from_utf8_lossy(&again), String::from_utf8_lossy(json));
        message
    }
}
