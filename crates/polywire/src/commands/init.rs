//! `polywire init [DIR]`

mod draft;
mod drift;
mod existing;
mod json;
mod show;
mod starter;
mod walk;
mod write;

use std::io::{BufRead, IsTerminal};
use std::path::{Path, PathBuf};

use polywire_workspace::survey::{self, ContractFile, Survey, escaped};

use self::{drift::DriftSummary, existing::Existing, starter::Starter, walk::Skipped};
use crate::exit::{Context, Exit, Failure, Outcome};
use crate::output;
use crate::project::MANIFEST;

/// Reads a repository, shows what it consists of and where it drifts, and writes a polywire.yaml
///
/// Nothing is changed before you have agreed, nothing is sent, and no program of the repository is run. What git ignores is
/// not read. In an empty folder it offers starters.
#[derive(clap::Args)]
pub(crate) struct Init {
    /// The repository's folder
    #[arg(default_value = ".")]
    dir: PathBuf,
    /// Writes polywire.yaml without asking
    #[arg(long)]
    yes: bool,
    /// Fills an empty or new folder with a workspace that runs
    #[arg(long, value_enum)]
    starter: Option<Starter>,
    #[arg(long, value_enum, default_value_t)]
    format: InitFormat,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum, Default)]
enum InitFormat {
    /// For people.
    #[default]
    Text,
    /// For programs.
    Json,
}

/// Everything that is shown.
struct Found {
    /// As the folder is named in commands; empty for the current one.
    dir: String,
    name: String,
    files: usize,
    skipped: Skipped,
    survey: Survey,
    contracts: Vec<ContractFile>,
    drift: DriftSummary,
    /// What would be written.
    manifest: String,
    /// What is there already.
    existing: Option<Existing>,
}

impl Found {
    /// How many components would be written.
    fn services(&self) -> usize {
        self.survey.components.iter().filter(|component| component.is_service()).count()
    }

    fn command(&self, words: &str) -> String {
        if self.dir.is_empty() {
            format!("`polywire {words}`")
        } else {
            format!("`polywire {words} {}`", self.dir)
        }
    }
}

impl Init {
    pub(crate) fn run(self) -> Outcome {
        if let Some(starter) = self.starter {
            return self.start(starter);
        }
        if !self.dir.is_dir() {
            let failure = Failure::environment(format!("there is no folder {}", shown(&self.dir)));
            return Err(failure.help("`--starter` makes one"));
        }
        let found = self.survey()?;
        if found.files == 0 && found.existing.is_none() {
            return self.empty(&found);
        }
        let mut written = false;
        if self.format == InitFormat::Text {
            output::print(&show::text(&found));
        }
        match &found.existing {
            Some(existing) => existing.note(),
            None if self.agreed(&found)? => {
                write::manifest(&self.dir, &found.manifest)?;
                written = true;
                output::note(&format!(
                    "wrote {}: {} checks it, {} starts it",
                    shown(&self.dir.join(MANIFEST)),
                    found.command("check"),
                    found.command("up")
                ));
            }
            None => output::note(&format!(
                "nothing was written; {} writes {MANIFEST} with {}",
                found.command("init --yes"),
                output::count(found.services(), "component")
            )),
        }
        if self.format == InitFormat::Json {
            output::print_json(&json::document(&found, written));
        }
        Ok(Exit::Ok)
    }

    fn survey(&self) -> Result<Found, Failure> {
        let walked = walk::walk(&self.dir)?;
        let mut survey = survey::assemble(walked.findings);
        let (mut contracts, drift) = drift::compare(&self.dir, &walked.contracts);
        survey::own(&mut contracts, &survey);
        let name = self
            .dir
            .canonicalize()
            .ok()
            .and_then(|path| path.file_name().map(|name| name.to_string_lossy().into_owned()))
            .unwrap_or_default();
        survey.addresses.truncate(walk::FINDINGS_MAX);
        let existing = Existing::read(&self.dir, &survey, &contracts)?;
        let manifest = match existing {
            Some(_) => survey::manifest(&name, &survey, &contracts),
            None => draft::accepted(&self.dir, &name, &survey, &mut contracts),
        };
        let dir = if self.dir == Path::new(".") { String::new() } else { shown(&self.dir) };
        Ok(Found {
            dir,
            name,
            files: walked.files,
            skipped: walked.skipped,
            survey,
            contracts,
            drift,
            manifest,
            existing,
        })
    }

    /// Whether the file may be written.
    fn agreed(&self, found: &Found) -> Result<bool, Failure> {
        if self.yes {
            return Ok(true);
        }
        if self.format == InitFormat::Json
            || !std::io::stdin().is_terminal()
            || !std::io::stderr().is_terminal()
        {
            return Ok(false);
        }
        let question =
            format!("write {MANIFEST} with {}? [Y/n] ", output::count(found.services(), "component"));
        let answer = ask(&question)?;
        Ok(matches!(answer.as_deref(), Some("" | "y" | "Y" | "yes" | "Yes")))
    }

    /// There is nothing to survey: a starter, if one is wanted.
    fn empty(&self, found: &Found) -> Outcome {
        if self.format == InitFormat::Json {
            output::print_json(&json::document(found, false));
            return Ok(Exit::Ok);
        }
        let offer = starter::offer();
        if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
            output::print(&offer);
            let command = found.command("init --starter hello");
            output::note(&format!("the folder is empty; {command} fills it"));
            return Ok(Exit::Ok);
        }
        output::print(&offer);
        match ask("which one? [none] ")?.as_deref().and_then(Starter::named) {
            Some(starter) => self.start(starter),
            None => Ok(Exit::Ok),
        }
    }

    fn start(&self, starter: Starter) -> Outcome {
        let files = starter.files();
        write::tree(&self.dir, files)?;
        if self.format == InitFormat::Json {
            let files: Vec<&str> = files.iter().map(|(path, _)| *path).collect();
            output::print_json(&serde_json::json!({"starter": starter.name(), "files": files}));
        }
        let dir = shown(&self.dir);
        output::note(&format!(
            "wrote {} to {dir}: `polywire up {dir}` starts it, README.md says what it is",
            output::count(files.len(), "file")
        ));
        Ok(Exit::Ok)
    }
}

/// One line from the terminal; none where it has ended.
fn ask(question: &str) -> Result<Option<String>, Failure> {
    output::ask(question);
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line).context("cannot read the answer")?;
    Ok((read > 0).then(|| line.trim().to_string()))
}

/// A path in one line.
fn shown(path: &Path) -> String {
    let path = path.strip_prefix(".").ok().filter(|rest| !rest.as_os_str().is_empty()).unwrap_or(path);
    escaped(&path.display().to_string())
}
