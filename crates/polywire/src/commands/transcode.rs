//! `polywire transcode`: a filter from one encoding to another.

mod framing;
mod mapped;
mod options;
mod progress;

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use polywire_contract::{Maps, TypeId, derive_avro};
use polywire_diag::Diagnostic;
use polywire_wire::{Compiler, ENCODINGS, Encoding, Passed, PlanId, PlanOptions, Plans, Refusal, Scratch};

use crate::exit::{Context, Exit, Failure, Outcome};
use crate::output;
use crate::project::{self, Project};
use framing::{Frame, Framing, Reader};
use progress::Progress;

/// Carries messages of one type from one encoding to another, from standard input to standard output
#[derive(clap::Args)]
#[command(after_help = "\
JSON is one value per line; Protobuf and Avro have its length in front of each message (a varint), as `writeDelimitedTo` and
its like write it; with `--framing single` the whole input is one message. Every rule of the contract is checked. A message that is
wrong ends it, unless `--reject` says where such messages go.")]
pub(crate) struct Transcode {
    /// The contract of the type; without one, the workspace's contracts are meant
    #[arg(long = "contract", value_name = "FILE")]
    contracts: Vec<PathBuf>,
    /// A folder at which the imports of Protobuf files begin; several may be named
    #[arg(long = "import", value_name = "ROOT", requires = "contracts")]
    imports: Vec<PathBuf>,
    /// The workspace's folder
    #[arg(short = 'C', long, default_value = ".", conflicts_with = "contracts")]
    dir: PathBuf,
    /// The type, by its name in the contract
    #[arg(long = "type", value_name = "NAME")]
    ty: String,
    /// The type of what is written, where it is another: by the map that the workspace has confirmed
    #[arg(long, value_name = "NAME")]
    to_type: Option<String>,
    /// A map between the two types, or a list of them, in the form of `maps` in polywire.yaml
    #[arg(long, value_name = "FILE", requires = "to_type")]
    map: Option<PathBuf>,
    /// The encoding of the input
    #[arg(long, value_parser = encodings())]
    from: String,
    /// The encoding of the output
    #[arg(long, value_parser = encodings())]
    to: String,
    /// How messages follow each other
    #[arg(long, value_enum, default_value_t)]
    framing: FramingChoice,
    /// How JSON is written: `int64=number|text`, `enum=name|number`, `order=source|contract|name`, `indent=0` to `8`; may be
    /// repeated
    #[arg(long = "option", value_name = "K=V", value_parser = options::parse)]
    options: Vec<options::Choice>,
    /// Messages that are wrong go into this file, as they came
    #[arg(long, value_name = "FILE")]
    reject: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum FramingChoice {
    /// As usual in the encoding
    #[default]
    Usual,
    /// The whole input is one message
    Single,
}

fn encodings() -> clap::builder::PossibleValuesParser {
    // No format of contracts that is read describes memory or COBOL's records.
    let hidden = [Encoding::Layout, Encoding::Record];
    let given = ENCODINGS.iter().filter(|row| !hidden.contains(&row.encoding));
    clap::builder::PossibleValuesParser::new(given.map(|row| row.name))
}

fn encoding(name: &str) -> Encoding {
    ENCODINGS.iter().find(|row| row.name == name).expect("the parser knows the names").encoding
}

impl FramingChoice {
    fn of(self, encoding: Encoding) -> Framing {
        match (self, encoding) {
            (FramingChoice::Single, _) => Framing::Single,
            (FramingChoice::Usual, Encoding::Json) => Framing::Lines,
            (FramingChoice::Usual, _) => Framing::Delimited,
        }
    }
}

impl Transcode {
    pub(crate) fn run(self) -> Outcome {
        let (from, to) = (encoding(&self.from), encoding(&self.to));
        let (plans, plan) = self.compile(from, to)?;
        let (reading, writing) = (self.framing.of(from), self.framing.of(to));
        let mut input = Reader::new(std::io::stdin().lock(), reading);
        let mut out = BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
        let mut rejected = self.reject.as_deref().map(create).transpose()?;
        let mut run =
            Run { plans, plan, scratch: Scratch::default(), written: Vec::new(), passed: 0, refused: 0 };
        let mut progress = Progress::new();
        while let Some(Frame { number, offset, bytes }) = input.next()? {
            match run.message(bytes) {
                Ok(result) => {
                    if framing::write(&mut out, writing, result).is_err() {
                        // Whoever reads has seen enough.
                        return Ok(Exit::Ok);
                    }
                }
                Err(refusal) => match &mut rejected {
                    Some(file) => {
                        framing::write(file, reading, bytes).context("cannot write what was rejected")?
                    }
                    None => {
                        // What was right before it is not held back.
                        let _ = out.flush();
                        return Err(told(number, offset, &refusal));
                    }
                },
            }
            progress.tick(number, offset);
        }
        progress.end();
        if out.flush().is_err() {
            return Ok(Exit::Ok);
        }
        if let (Some(file), Some(path)) = (&mut rejected, &self.reject) {
            file.flush().context("cannot write what was rejected")?;
            let counts = format!("{} passed, {} rejected", output::count(run.passed, "message"), run.refused);
            output::note(&format!("{counts} to {}", path.display()));
        }
        Ok(if run.refused > 0 { Exit::Wrong } else { Exit::Ok })
    }

    fn compile(&self, from: Encoding, to: Encoding) -> Result<(Plans, PlanId), Failure> {
        let mut project = match self.contracts.as_slice() {
            [] => project::open(&self.dir)?,
            contracts => Project::of_contracts(contracts, &self.imports)?,
        };
        project.report_errors()?;
        if (from == Encoding::Protobuf || to == Encoding::Protobuf) && project.made_up_numbers() {
            output::note(
                "warning: these Protobuf numbers stand in no polywire.lock: they are made up for this run",
            );
        }
        let ty = project::find_type(&project.contract, &self.ty)?;
        let maps = self.maps(&mut project, ty)?;
        let written = maps.as_ref().and_then(|maps| maps.pairs.first()).map_or(ty, |pair| pair.to);
        for (ty, encoding) in [(ty, from), (written, to)] {
            if encoding == Encoding::Avro {
                // What has no form in Avro is said when the plan is compiled.
                derive_avro(&mut project.contract, ty);
            }
        }
        let json = options::of(&self.options);
        let (mut diags, options) = (Vec::new(), PlanOptions { json, ..PlanOptions::default() });
        let mut compiler = Compiler::new(&project.contract);
        let plan = match &maps {
            Some(maps) => compiler.map(maps, from, to, &options, &mut diags),
            None => compiler.ty(ty.into(), from, to, &options, &mut diags),
        };
        let plans = compiler.finish();
        let failed = diags.iter().any(Diagnostic::is_error);
        project.diags = diags;
        project.report_errors()?;
        let plan = plan.filter(|_| !failed);
        let no_form = || Failure::wrong(format!("`{}` has no form in one of the two encodings", self.ty));
        Ok((plans, plan.ok_or_else(no_form)?))
    }

    /// The map to the type that is written, where that is another one.
    fn maps(&self, project: &mut Project, from: TypeId) -> Result<Option<Maps>, Failure> {
        let Some(name) = &self.to_type else { return Ok(None) };
        let to = project::find_type(&project.contract, name)?;
        if to == from {
            return Ok(None);
        }
        mapped::find(project, (from, to), self.map.as_deref(), self.contracts.is_empty()).map(Some)
    }
}

/// A plan at work.
struct Run {
    plans: Plans,
    plan: PlanId,
    scratch: Scratch,
    written: Vec<u8>,
    passed: usize,
    refused: usize,
}

impl Run {
    fn message<'m>(&'m mut self, bytes: &'m [u8]) -> Result<&'m [u8], Refusal> {
        match self.plans.transcode(self.plan, bytes, &mut self.written, &mut self.scratch) {
            Ok(passed) => {
                self.passed += 1;
                Ok(if passed == Passed::Same { bytes } else { &self.written })
            }
            Err(refusal) => {
                self.refused += 1;
                Err(refusal)
            }
        }
    }
}

fn create(path: &Path) -> Result<BufWriter<File>, Failure> {
    let file = File::create(path).context(format!("cannot write {}", path.display()))?;
    Ok(BufWriter::new(file))
}

/// What is wrong with a message, a line for each rule.
fn told(number: u64, offset: u64, refusal: &Refusal) -> Failure {
    let mut message = format!("message {number}, which begins at byte {offset}, ");
    message.push_str(if refusal.malformed { "is malformed" } else { "breaks the contract" });
    for violation in &refusal.violations {
        let path = if violation.path.is_empty() { "(the message)" } else { &violation.path };
        let at = offset + u64::from(violation.offset);
        message.push_str(&format!("\n  {path}: {} (byte {at}, {})", violation.rule, violation.found));
    }
    Failure::wrong(message).help("`--reject FILE` sets such messages aside and goes on")
}
