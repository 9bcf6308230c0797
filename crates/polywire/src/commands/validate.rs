//! `polywire validate --schema FILE [FILE…]`

mod documents;
mod rules;
mod verdict;

use std::path::PathBuf;

use polywire_wire::Scratch;
use serde_json::json;

use super::origins::Origins;
use crate::exit::{Context, Exit, Outcome};
use crate::output::{self, Format};

use documents::Documents;
use rules::Rules;

/// Says of each JSON document whether it is what a schema, or a type of another contract, says
#[derive(clap::Args)]
pub(crate) struct Validate {
    /// A JSON Schema (2020-12, 2019-09, draft 7, 6, 4), or any other contract with --type
    #[arg(long)]
    schema: PathBuf,
    /// A definition, an OpenAPI component, a Protobuf message, a table
    #[arg(long = "type", value_name = "NAME")]
    name: Option<String>,
    /// Each line is a document
    #[arg(long)]
    lines: bool,
    /// `format` is a rule, not a remark
    #[arg(long)]
    assert_format: bool,
    #[command(flatten)]
    origins: Origins,
    /// Tells on stderr how many verdicts were reached without making a tree of the document
    #[arg(long)]
    stats: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// Documents; `-` is standard input
    #[arg(default_value = "-")]
    files: Vec<PathBuf>,
}

/// What was counted.
#[derive(Default)]
struct Stats {
    documents: u64,
    valid: u64,
    without_tree: u64,
}

impl Validate {
    pub(crate) fn run(self) -> Outcome {
        let sources = self.origins.sources()?;
        // Documents and schemas nest as deep as limits allow, and so does what compiles and reads them.
        let run = move || {
            let name = self.name.as_deref();
            match Rules::load(&self.schema, name, self.assert_format, sources)? {
                Some(rules) => self.documents(&rules),
                None => Ok(Exit::Wrong),
            }
        };
        let worker = std::thread::Builder::new().stack_size(verdict::STACK_BYTES).spawn(run);
        worker.context("no thread")?.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic))
    }

    fn documents(&self, rules: &Rules) -> Outcome {
        let (mut scratch, mut stats) = (Scratch::default(), Stats::default());
        for path in &self.files {
            let mut documents = Documents::open(path, self.lines)?;
            while let Some(document) = documents.next()? {
                let found = rules.verdict(&document.bytes, &mut scratch);
                stats.documents += 1;
                stats.valid += u64::from(found.is_valid());
                stats.without_tree += u64::from(found.trees == 0);
                match self.format {
                    Format::Json => output::print_json(&found.json(&document)),
                    _ => output::print(&found.text(&document)),
                }
            }
        }
        if self.stats {
            output::note(&stats.shown(self.format));
        }
        Ok(if stats.valid == stats.documents { Exit::Ok } else { Exit::Wrong })
    }
}

impl Stats {
    fn shown(&self, format: Format) -> String {
        let Stats { documents, valid, without_tree } = *self;
        if format == Format::Json {
            return json!({"documents": documents, "valid": valid, "without_tree": without_tree}).to_string();
        }
        let share = (without_tree * 100).checked_div(documents).unwrap_or(100);
        let many = output::count(documents as usize, "document");
        format!("{many}: {valid} valid; {without_tree} verdicts without a tree ({share} %)")
    }
}
