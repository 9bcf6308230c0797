//! What documents are held to: a schema, or a type of any contract, as a plan.

use std::path::Path;

use polywire_contract::{Contract, TypeId};
use polywire_diag::Diagnostic;
use polywire_read::{READERS, Sources};
use polywire_wire::{Compiler, Encoding, PlanId, PlanOptions, Plans, SchemaOptions, Scratch, Verdict};

use super::verdict::{DEPTH_MAX, Found};
use crate::exit::Failure;
use crate::output;
use crate::project;
use crate::sources::DiskSources;

/// A compiled schema or type.
pub(super) struct Rules {
    plans: Plans,
    plan: PlanId,
    is_schema: bool,
}

impl Rules {
    /// Reads and compiles; `None` where the contract is wrong, which was said on stderr.
    pub(super) fn load(
        path: &Path,
        name: Option<&str>,
        assert_format: bool,
        mut sources: DiskSources,
    ) -> Result<Option<Rules>, Failure> {
        let shown = path.strip_prefix("./").unwrap_or(path).display();
        let file = sources
            .open(path)
            .map_err(|missing| Failure::environment(format!("{shown}: {}", missing.reason)))?;
        // A schema need not say that it is one.
        let reader = project::reader_of(&sources, file)
            .or_else(|| READERS.iter().copied().find(|reader| reader.name() == "json_schema"))
            .expect("there is a reader of schemas");
        let (mut contract, mut diags) = (Contract::default(), Vec::new());
        reader.read(file, &mut sources, &mut contract, &mut diags);
        let mut found = None;
        if !diags.iter().any(Diagnostic::is_error) {
            let ty = chosen(&contract, name, &shown.to_string())?;
            found = Rules::compile(&contract, ty, assert_format, &mut diags);
        }
        output::note_diagnostics(sources.map(), &mut diags);
        Ok(found)
    }

    fn compile(
        contract: &Contract,
        ty: TypeId,
        assert_format: bool,
        diags: &mut Vec<Diagnostic>,
    ) -> Option<Rules> {
        let mut compiler = Compiler::new(contract);
        let schema = contract.schemas.types.get(&ty);
        let plan = match schema {
            Some(schema) => {
                let options = SchemaOptions { assert_format, depth_max: DEPTH_MAX };
                compiler.schema(*schema, &options, diags)
            }
            None => {
                let options = PlanOptions { depth_max: DEPTH_MAX, ..PlanOptions::default() };
                compiler.ty(ty.into(), Encoding::Json, Encoding::Json, &options, diags)
            }
        };
        Some(Rules { plan: plan?, is_schema: schema.is_some(), plans: compiler.finish() })
    }

    /// What a document is.
    pub(super) fn verdict(&self, document: &[u8], scratch: &mut Scratch) -> Found {
        let verdict = if self.is_schema {
            self.plans.verdict(self.plan, document, scratch)
        } else {
            let refusal = self.plans.transcode(self.plan, document, &mut Vec::new(), scratch).err();
            Verdict { refusal, trees: 0 }
        };
        Found { refusal: verdict.refusal, trees: verdict.trees }
    }
}

/// The type that is meant; a schema document's own where none is named.
fn chosen(contract: &Contract, name: Option<&str>, file: &str) -> Result<TypeId, Failure> {
    if let Some(name) = name {
        return project::find_type(contract, name);
    }
    match project::named_types(contract).as_slice() {
        [] => Err(Failure::usage(format!("{file} has no types"))),
        [(only, _)] => Ok(*only),
        [(first, _), ..] if contract.schemas.types.contains_key(first) => Ok(*first),
        several => Err(Failure::usage(format!("{file} has several types: name one with --type")).help(
            format!("there are {}", project::listed(several.iter().map(|(_, id)| project::short(id)))),
        )),
    }
}
