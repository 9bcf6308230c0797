//! `polywire config get|explain|diff`: what a setting is, why, and what differs between environments.

mod diff;
mod explain;

use std::path::PathBuf;

use polywire_contract::{Content, Item, Literal, Setting};
use polywire_diag::nearest;
use polywire_workspace::settings::Resolved;

use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project::{self, OpenSettings};

/// Shows settings: their values, where they come from, what differs between environments
#[derive(clap::Args)]
pub(crate) struct Config {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Get(Get),
    Explain(explain::Explain),
    Diff(diff::Diff),
}

/// Prints a value: text as it is, all else as JSON; exits with 1 where there is none
#[derive(clap::Args)]
struct Get {
    /// As `db.host`; a group is printed whole
    key: String,
    #[command(flatten)]
    origin: Origin,
    /// The environment whose layer lies over the base
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

/// Where the settings are.
#[derive(clap::Args)]
pub(crate) struct Origin {
    /// The workspace's folder
    #[arg(short = 'C', long, default_value = ".")]
    dir: PathBuf,
    /// Settings that no workspace names; layers of environments stand beside it, as config.prod.yaml beside config.yaml
    #[arg(long, value_name = "FILE", conflicts_with = "dir")]
    pub(crate) source: Option<PathBuf>,
    /// With --source: a JSON Schema of the settings
    #[arg(long, value_name = "FILE", requires = "source")]
    schema: Option<PathBuf>,
    /// With --source: what the names of environment variables begin with
    #[arg(long, value_name = "PREFIX", requires = "source")]
    prefix: Option<String>,
}

impl Origin {
    /// Reads and resolves; `None` where the settings are wrong, which was said.
    pub(crate) fn open(&self) -> Result<Option<OpenSettings>, Failure> {
        match &self.source {
            Some(source) => project::open_source(source, self.schema.as_deref(), self.prefix.as_deref()),
            None => project::open_settings(&self.dir),
        }
    }
}

impl Config {
    pub(crate) fn run(self) -> Outcome {
        match self.what {
            What::Get(command) => command.run(),
            What::Explain(command) => command.run(),
            What::Diff(command) => command.run(),
        }
    }
}

impl Get {
    fn run(self) -> Outcome {
        let Some(mut open) = self.origin.open()? else { return Ok(Exit::Wrong) };
        if let Some(outcome) = open.report() {
            return outcome;
        }
        let setting = find(open.environment(self.env.as_deref())?, &self.key)?;
        let value = match &setting.item {
            Item::Group(group) => project::document(group, setting.span),
            Item::Value(value) => match &value.content {
                Content::Literal(node) => node.clone(),
                Content::Secret(name) => {
                    let message = format!("`{}` is the secret `{name}`: its value is not here", self.key);
                    return Err(Failure::wrong(message));
                }
                Content::Absent => return Err(Failure::wrong(format!("`{}` has no value", self.key))),
            },
        };
        output::print_line(&match value.as_text() {
            Some(text) if self.format != Format::Json => text.to_owned(),
            _ => value.to_string(),
        });
        Ok(Exit::Ok)
    }
}

/// The setting at a dotted key.
fn find<'a>(resolved: &'a Resolved, key: &str) -> Result<&'a Setting, Failure> {
    let settings = &resolved.settings;
    settings.find(key).ok_or_else(|| {
        let failure = Failure::wrong(format!("there is no setting `{key}`"));
        let known: Vec<String> = settings.values().iter().map(|at| at.dotted()).collect();
        match nearest(key, known.iter().map(String::as_str)) {
            Some(near) => failure.help(format!("did you mean `{near}`?")),
            None => failure.help("`polywire config explain` lists them"),
        }
    })
}

/// What stands there, for a table: short, on one line, no secret.
fn shown(content: &Content) -> String {
    match content {
        Content::Literal(node) => short(node),
        Content::Secret(name) => format!("(secret {name})"),
        Content::Absent => "(none)".into(),
    }
}

fn short(node: &Literal) -> String {
    const CHARS_MAX: usize = 60;
    let text = node.to_string();
    match text.char_indices().nth(CHARS_MAX) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
