//! Runs plans and says what came out in few words.

use polywire_contract::{Contract, TypeId};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch};

/// The four plans of one type.
pub(crate) struct Both {
    pub(crate) plans: Plans,
    pub(crate) to_protobuf: PlanId,
    pub(crate) to_json: PlanId,
    pub(crate) check_json: PlanId,
    pub(crate) check_protobuf: PlanId,
    pub(crate) scratch: Scratch,
}

impl Both {
    pub(crate) fn new(contract: &Contract, id: TypeId) -> Both {
        let mut compiler = Compiler::new(contract);
        let mut diags = Vec::new();
        let options = PlanOptions::default();
        let mut plan = |from, to| compiler.ty(id.into(), from, to, &options, &mut diags).unwrap();
        let to_protobuf = plan(Encoding::Json, Encoding::Protobuf);
        let to_json = plan(Encoding::Protobuf, Encoding::Json);
        let check_json = plan(Encoding::Json, Encoding::Json);
        let check_protobuf = plan(Encoding::Protobuf, Encoding::Protobuf);
        assert!(diags.is_empty(), "{diags:?}");
        let plans = compiler.finish();
        Both { plans, to_protobuf, to_json, check_json, check_protobuf, scratch: Scratch::new(1) }
    }

    fn run(&mut self, plan: PlanId, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        match self.plans.transcode(plan, input, &mut out, &mut self.scratch)? {
            Passed::Written => Ok(out),
            Passed::Same => Ok(input.to_vec()),
        }
    }

    pub(crate) fn protobuf(&mut self, json: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.run(self.to_protobuf, json)
    }

    pub(crate) fn json(&mut self, message: &[u8]) -> Result<Vec<u8>, Refusal> {
        self.run(self.to_json, message)
    }

    /// JSON to Protobuf and back; a failure in the words of `told`.
    pub(crate) fn there_and_back(&mut self, json: &str) -> String {
        let back = self.protobuf(json.as_bytes()).and_then(|message| self.json(&message));
        told(back.map(|bytes| String::from_utf8(bytes).unwrap()))
    }

    /// What the plans that forward the bytes say of JSON.
    pub(crate) fn checked(&mut self, json: &str) -> String {
        told(self.run(self.check_json, json.as_bytes()).map(|_| "ok".to_string()))
    }

    pub(crate) fn checked_protobuf(&mut self, message: &[u8]) -> Result<(), Refusal> {
        self.run(self.check_protobuf, message).map(|_| ())
    }
}

/// `ok`, or `path rule` for each violation; malformed ones with their offset.
pub(crate) fn told(result: Result<String, Refusal>) -> String {
    match result {
        Ok(text) => text,
        Err(refusal) => {
            let one = |v: &polywire_wire::Violation| match refusal.malformed {
                true => format!("{} {} at {}", v.path, v.rule, v.offset),
                false => format!("{} {}", v.path, v.rule),
            };
            refusal.violations.iter().map(one).collect::<Vec<_>>().join(", ")
        }
    }
}
