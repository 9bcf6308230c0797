//! Our way: plans compiled from `order.proto` with all of its rules, through the same calls that the bridge makes.

use polywire_contract::{Contract, TypeId, TypeRef};
use polywire_diag::{FileId, SourceMap};
use polywire_read::{Missing, READERS, Sources};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Scratch};

const CONTRACT: &str = include_str!("../proto/order.proto");

/// Plans, and one thread's reusable memory.
pub(crate) struct Ours {
    plans: Plans,
    to_protobuf: PlanId,
    to_json: PlanId,
    identity: PlanId,
    scratch: Scratch,
    out: Vec<u8>,
}

/// What becomes of a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused { violations: usize },
}

impl Ours {
    pub(crate) fn new() -> Self {
        Ours::of(CONTRACT)
    }

    /// The same contract for orders of any length.
    pub(crate) fn with_long_lists() -> Self {
        Ours::of(&CONTRACT.replace("max_items: 100", "max_items: 1000000"))
    }

    fn of(text: &str) -> Self {
        let contract = read(text);
        let order = TypeRef::from(order(&contract));
        let (mut compiler, mut diags) = (Compiler::new(&contract), Vec::new());
        let mut plan = |from, to| compiler.ty(order, from, to, &PlanOptions::default(), &mut diags);
        let to_protobuf = plan(Encoding::Json, Encoding::Protobuf);
        let to_json = plan(Encoding::Protobuf, Encoding::Json);
        let identity = plan(Encoding::Json, Encoding::Json);
        assert!(diags.is_empty(), "{diags:?}");
        Ours {
            plans: compiler.finish(),
            to_protobuf: to_protobuf.expect("an order has both forms"),
            to_json: to_json.expect("an order has both forms"),
            identity: identity.expect("an order has a JSON form"),
            scratch: Scratch::default(),
            out: Vec::new(),
        }
    }

    pub(crate) fn to_protobuf(&mut self, json: &[u8]) -> &[u8] {
        let passed = self.plans.transcode(self.to_protobuf, json, &mut self.out, &mut self.scratch);
        assert_eq!(passed, Ok(Passed::Written), "{}", String::from_utf8_lossy(json));
        &self.out
    }

    pub(crate) fn to_json(&mut self, protobuf: &[u8]) -> &[u8] {
        let passed = self.plans.transcode(self.to_json, protobuf, &mut self.out, &mut self.scratch);
        assert_eq!(passed, Ok(Passed::Written));
        &self.out
    }

    /// Every check, and the original bytes go on.
    pub(crate) fn validate(&mut self, json: &[u8]) -> bool {
        self.plans.transcode(self.identity, json, &mut self.out, &mut self.scratch).is_ok()
    }

    /// JSON to Protobuf, of bodies that may be wrong.
    pub(crate) fn verdict(&mut self, json: &[u8]) -> Verdict {
        match self.plans.transcode(self.to_protobuf, json, &mut self.out, &mut self.scratch) {
            Ok(_) => Verdict::Accepted,
            Err(refusal) => Verdict::Refused { violations: refusal.violations.len() },
        }
    }
}

fn order(contract: &Contract) -> TypeId {
    let is_order = |name: &str| name.ends_with("bench.v1.Order");
    let at = contract.types.iter().position(|ty| ty.name.as_deref().is_some_and(is_order));
    TypeId(at.expect("the contract has orders") as u32)
}

fn read(text: &str) -> Contract {
    let mut texts = Texts(SourceMap::default());
    let file = texts.0.add("order.proto", text);
    let (mut contract, mut diags) = (Contract::default(), Vec::new());
    let reader = READERS.iter().find(|reader| reader.name() == "protobuf").expect("there is a reader for it");
    reader.read(file, &mut texts, &mut contract, &mut diags);
    assert!(diags.is_empty(), "{diags:?}");
    contract
}

/// One text, whose imports are built into the reader.
struct Texts(SourceMap);

impl Sources for Texts {
    fn map(&self) -> &SourceMap {
        &self.0
    }

    fn load(&mut self, path: &str, _: FileId) -> Result<FileId, Missing> {
        Err(Missing { reason: format!("there is no {path}") })
    }
}
