//! Whether a JSON document is what a schema says: the verdict alone, nothing is written.

use crate::json::JsonSource;
use crate::plan::{PlanId, Plans, Program, Slot, VerdictPlan};
use crate::run::{one, wrong_plan};
use crate::{Discard, Refusal, Scratch, Stop, walk};

/// How often each byte of a document may be read at least: schemas may say much of one value.
const FUEL_PER_BYTE: i64 = 512;
/// How often at most, where the schema is large and the document small.
const FUEL_MAX: i64 = 1 << 30;

/// How many schemas may be inside one another for each level that a document may nest.
const SCHEMAS_PER_LEVEL: u32 = 64;

/// What a document was found to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// What is wrong with it, where something is.
    pub refusal: Option<Refusal>,
    /// How many of its values had to be made a tree of.
    pub trees: u32,
}

impl Plans {
    /// Runs a plan of [`crate::Compiler::schema`] on one JSON document.
    pub fn verdict(&self, plan: PlanId, input: &[u8], scratch: &mut Scratch) -> Verdict {
        let Some(Program::Verdict(plan)) = self.programs.get(plan.0 as usize) else {
            return Verdict { refusal: Some(wrong_plan()), trees: 0 };
        };
        let Scratch { source, walk: state, .. } = scratch;
        state.inside_max = SCHEMAS_PER_LEVEL * u32::from(plan.depth);
        let first = match JsonSource::new(input, plan.depth, source) {
            Err((rule, offset)) => return Verdict { refusal: Some(one(rule, "", offset)), trees: 0 },
            Ok(mut json) => {
                json.fuel = self.fuel(input);
                walk::transcode(&self.nodes, plan.node, &Slot::bare(), &mut json, &mut Discard, state)
            }
        };
        let trees = state.trees;
        let Err(rule) = first else { return Verdict { refusal: None, trees } };
        Verdict { refusal: Some(self.collected(plan, input, rule, scratch)), trees }
    }

    #[cold]
    fn collected(&self, plan: &VerdictPlan, input: &[u8], rule: Stop, scratch: &mut Scratch) -> Refusal {
        let Scratch { source, walk: state, .. } = scratch;
        if let Ok(mut json) = JsonSource::new(input, plan.depth, source) {
            json.fuel = self.fuel(input);
            let _ = walk::collect(&self.nodes, plan.node, &Slot::bare(), "", &mut json, state);
        }
        let found = std::mem::take(&mut state.found);
        if found.is_empty() {
            return one(rule, "", 0);
        }
        Refusal { malformed: state.is_final, violations: found }
    }

    /// How many bytes may be read again: a schema of many alternatives may try each of them.
    fn fuel(&self, input: &[u8]) -> i64 {
        let length = input.len() as i64 + 8;
        let least = FUEL_PER_BYTE * length;
        (self.nodes.len() as i64).saturating_mul(length).clamp(least, least.max(FUEL_MAX))
    }
}
