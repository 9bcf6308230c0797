//! `polywire export protobuf|openapi [INTERFACE…]`

use std::path::PathBuf;

use polywire_contract::InterfaceId;
use polywire_emit::{EMITTERS, Interfaces, Options};

use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project;
use crate::together::{self, Draft, Place};

/// Prints the contracts of a workspace in another format: what a client in any language can be built from
#[derive(clap::Args)]
pub(crate) struct Export {
    /// protobuf or openapi
    #[arg(value_parser = emitters())]
    target: String,
    /// Interfaces or components; all where none is named
    interfaces: Vec<String>,
    /// The workspace's folder
    #[arg(short = 'C', long, default_value = ".")]
    dir: PathBuf,
    /// Writes files into this folder instead of stdout
    #[arg(short, long)]
    out: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

fn emitters() -> clap::builder::PossibleValuesParser {
    clap::builder::PossibleValuesParser::new(EMITTERS.iter().map(|emitter| emitter.name()))
}

impl Export {
    pub(crate) fn run(self) -> Outcome {
        let mut project = project::open(&self.dir)?;
        let wanted = self.wanted(&project)?;
        let emitter = EMITTERS.iter().find(|e| e.name() == self.target).expect("the parser knows the names");
        let model = Interfaces { contract: &project.contract, ids: &wanted };
        let files = emitter.emit(&model, &Options::default(), &mut project.diags);
        project.report_errors()?;
        project.write_lock()?;
        if self.format == Format::Json {
            let files: serde_json::Map<_, _> =
                files.iter().map(|(path, text)| (path.into(), text.into())).collect();
            output::print_json(&serde_json::Value::Object(files));
            return Ok(Exit::Ok);
        }
        let Some(out) = &self.out else {
            for (_, text) in files.iter() {
                output::print(text);
            }
            return Ok(Exit::Ok);
        };
        let draft = |(path, text)| Draft { path: out.join(path), text, place: Place::Any };
        let drafts: Vec<Draft<'_>> = files.iter().map(draft).collect();
        together::write(&drafts)?;
        for draft in &drafts {
            output::note(&format!("wrote {}", draft.path.display()));
        }
        Ok(Exit::Ok)
    }

    /// The interfaces that were named, by their own name or by their component's.
    fn wanted(&self, project: &project::Project) -> Result<Vec<InterfaceId>, Failure> {
        let interfaces = &project.contract.interfaces;
        let ids = |keep: &dyn Fn(usize) -> bool| -> Vec<InterfaceId> {
            (0..interfaces.len()).filter(|at| keep(*at)).map(|at| InterfaceId(at as u32)).collect()
        };
        if self.interfaces.is_empty() {
            return Ok(ids(&|_| true));
        }
        for name in &self.interfaces {
            if interfaces.iter().all(|i| i.name != *name && i.component != *name) {
                let near = polywire_diag::nearest(name, interfaces.iter().map(|i| i.name.as_str()));
                let failure = Failure::wrong(format!("there is no interface `{name}`"));
                return Err(match near {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None => failure,
                });
            }
        }
        Ok(ids(&|at| {
            self.interfaces.contains(&interfaces[at].name)
                || self.interfaces.contains(&interfaces[at].component)
        }))
    }
}
