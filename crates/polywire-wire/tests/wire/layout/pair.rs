//! The plans between JSON and a C type.

use polywire_contract::{Contract, TypeId};
use polywire_wire::{Compiler, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch};

use crate::run::told;

pub(super) struct Pair {
    pub(super) plans: Plans,
    pub(super) to_image: PlanId,
    pub(super) to_json: PlanId,
    pub(super) scratch: Scratch,
}

/// The plans between Protobuf and a C type.
pub(super) struct Through {
    plans: Plans,
    there: PlanId,
    back: PlanId,
    scratch: Scratch,
}

impl Through {
    pub(super) fn new(contract: &Contract, ty: TypeId) -> Through {
        let mut compiler = Compiler::new(contract);
        let (mut diags, options) = (Vec::new(), PlanOptions::default());
        let there = compiler.ty(ty.into(), Encoding::Layout, Encoding::Protobuf, &options, &mut diags);
        let back = compiler.ty(ty.into(), Encoding::Protobuf, Encoding::Layout, &options, &mut diags);
        assert!(diags.is_empty(), "{diags:?}");
        Through {
            there: there.unwrap(),
            back: back.unwrap(),
            plans: compiler.finish(),
            scratch: Scratch::new(1),
        }
    }

    /// What an image is after it was a message.
    pub(super) fn protobuf(&mut self, image: &[u8]) -> Vec<u8> {
        let (mut message, mut again) = (Vec::new(), Vec::new());
        self.plans.transcode(self.there, image, &mut message, &mut self.scratch).unwrap();
        self.plans.transcode(self.back, &message, &mut again, &mut self.scratch).unwrap();
        again
    }
}

/// What the compiler says of a type that has no form.
pub(super) fn refused(contract: &Contract, ty: TypeId) -> String {
    let mut diags = Vec::new();
    let mut compiler = Compiler::new(contract);
    let plan = compiler.ty(ty.into(), Encoding::Json, Encoding::Layout, &PlanOptions::default(), &mut diags);
    assert!(plan.is_none());
    diags.iter().map(|diag| diag.message.clone()).collect::<Vec<_>>().join("; ")
}

impl Pair {
    pub(super) fn new(contract: &Contract, ty: TypeId) -> Pair {
        let mut compiler = Compiler::new(contract);
        let mut diags = Vec::new();
        let options = PlanOptions::default();
        let to_image = compiler.ty(ty.into(), Encoding::Json, Encoding::Layout, &options, &mut diags);
        let to_json = compiler.ty(ty.into(), Encoding::Layout, Encoding::Json, &options, &mut diags);
        assert!(diags.is_empty(), "{diags:?}");
        let (to_image, to_json) = (to_image.unwrap(), to_json.unwrap());
        Pair { plans: compiler.finish(), to_image, to_json, scratch: Scratch::new(1) }
    }

    pub(super) fn run(&mut self, plan: PlanId, input: &[u8]) -> Result<Vec<u8>, Refusal> {
        let mut out = Vec::new();
        let passed = self.plans.transcode(plan, input, &mut out, &mut self.scratch)?;
        assert_eq!(passed, Passed::Written);
        Ok(out)
    }

    pub(super) fn image(&mut self, json: &str) -> Result<Vec<u8>, String> {
        self.run(self.to_image, json.as_bytes()).map_err(|refusal| told(Err(refusal)))
    }

    pub(super) fn json(&mut self, image: &[u8]) -> Result<String, String> {
        let made = self.run(self.to_json, image).map(|json| String::from_utf8(json).unwrap());
        made.map_err(|refusal| told(Err(refusal)))
    }
}
