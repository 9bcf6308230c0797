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

/// How many names a message lists.
const NAMES_MAX: usize = 20;

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
    let named: Vec<(TypeId, &str)> = contract
        .types
        .iter()
        .enumerate()
        .filter_map(|(at, ty)| Some((TypeId(at as u32), ty.name.as_deref()?)))
        .collect();
    let Some(name) = name else {
        return match named.as_slice() {
            [] => Err(Failure::usage(format!("{file} has no types"))),
            [(only, _)] => Ok(*only),
            [(first, _), ..] if contract.schemas.types.contains_key(first) => Ok(*first),
            _ => Err(Failure::usage(format!("{file} has several types: name one with --type"))
                .help(listed(&named))),
        };
    };
    // A whole name goes before the end of one.
    let means = |full: &str| {
        let local = full.split_once('#').map_or(full, |(_, local)| local);
        full == name || local == name || local == name.strip_prefix('#').unwrap_or(name)
    };
    let ends = |full: &str| full.strip_suffix(name).is_some_and(|before| before.ends_with(['#', '/', '.']));
    for matches in [&means as &dyn Fn(&str) -> bool, &ends] {
        let found: Vec<_> = named.iter().filter(|(_, full)| matches(full)).copied().collect();
        match found.as_slice() {
            [] => {}
            [(only, _)] => return Ok(*only),
            _ => {
                let message = format!("`{name}` may be one of several types of {file}");
                return Err(Failure::usage(message).help(listed(&found)));
            }
        }
    }
    let near = polywire_diag::nearest(name, named.iter().map(|(_, full)| short(full)));
    let help = match near {
        Some(near) => format!("did you mean `{near}`? {}", listed(&named)),
        None => listed(&named),
    };
    Err(Failure::usage(format!("there is no type `{name}` in {file}")).help(help))
}

/// A type as it is named on the command line: what is behind its file.
fn short(full: &str) -> &str {
    let local = full.split_once('#').map_or(full, |(_, local)| local);
    local.rsplit('/').next().unwrap_or(local)
}

fn listed(named: &[(TypeId, &str)]) -> String {
    let mut names: Vec<&str> = named.iter().map(|(_, full)| short(full)).collect();
    names.sort_unstable();
    names.dedup();
    let more = names.len().saturating_sub(NAMES_MAX);
    names.truncate(NAMES_MAX);
    let more = if more > 0 { format!(", and {more} more") } else { String::new() };
    format!("there are {}{more}", names.join(", "))
}
