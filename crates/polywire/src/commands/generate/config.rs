//! `polywire generate config [TARGET…]`

use std::path::PathBuf;

use polywire_diag::{Diagnostic, Span, nearest};
use polywire_emit::{settings::SETTINGS, stamp};
use polywire_workspace::UNKNOWN_TARGET;
use polywire_workspace::config::{Emission, Spanned};
use serde_json::json;

use crate::commands::config::Origin;
use crate::exit::{Exit, Failure, Outcome};
use crate::generated::{Generated, Output, State};
use crate::output::{self, Format};
use crate::project::{self, OpenSettings};

/// Writes the settings in the formats and languages that polywire.yaml names, or one to stdout
#[derive(clap::Args)]
pub(crate) struct GenerateConfig {
    /// Only these targets of polywire.yaml; with --source the one that is printed
    targets: Vec<String>,
    #[command(flatten)]
    origin: Origin,
    /// The environment whose layer lies over the base
    #[arg(long, value_name = "NAME")]
    env: Option<String>,
    /// With --source: the file that is written instead of printing it
    #[arg(short, long, value_name = "FILE", requires = "source")]
    out: Option<PathBuf>,
    /// With --source: an option of the target, as `reader=python`
    #[arg(long = "option", value_name = "NAME=VALUE", requires = "source")]
    options: Vec<String>,
    /// Writes nothing: shows what would change, and exits with 1 if anything would
    #[arg(long)]
    check: bool,
    /// Writes over files that were edited by hand, or that are not generated
    #[arg(long, conflicts_with = "check")]
    force: bool,
    /// Lists the targets with their options
    #[arg(long, exclusive = true)]
    list: bool,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl GenerateConfig {
    pub(crate) fn run(self) -> Outcome {
        if self.list {
            output::print(&list());
            return Ok(Exit::Ok);
        }
        let Some(mut open) = self.origin.open()? else { return Ok(Exit::Wrong) };
        let emissions = self.emissions(&open)?;
        let (mut output, mut text) = (Output::default(), String::new());
        let folder = open.folder.clone();
        for emission in &emissions {
            let resolved = open.environment(emission.environment_or(self.env.as_deref()))?;
            let mut diags = Vec::new();
            let emitted = project::emitted(emission, &resolved.settings, &mut diags);
            // A place in `polywire.yaml` is shown; the command line has none.
            if self.origin.source.is_some()
                && let Some(first) = diags.iter().find(|diag| diag.code == &UNKNOWN_TARGET)
            {
                let failure = Failure::usage(first.message.clone());
                return Err(first.help.iter().fold(failure, |failure, help| failure.help(help.clone())));
            }
            open.diags.append(&mut diags);
            let Some((target, files)) = emitted else { continue };
            if self.prints() {
                text = files.get(&emission.file.value).map(stamp).unwrap_or_default();
            } else if let Some(twice) = output.add(&folder, target, &files)? {
                let message = format!("two targets write `{twice}`");
                let span = emission.file.span;
                open.diags.push(Diagnostic::error(&UNKNOWN_TARGET, message).at(span, "written here, too"));
            }
        }
        if let Some(outcome) = open.report() {
            return outcome;
        }
        if self.prints() {
            output::print(&text);
            return Ok(Exit::Ok);
        }
        self.finish(&output)
    }

    /// Whether the text of one target goes to stdout.
    fn prints(&self) -> bool {
        self.origin.source.is_some() && self.out.is_none()
    }

    /// What is generated: as `polywire.yaml` says, or as the command line does.
    fn emissions(&self, open: &OpenSettings) -> Result<Vec<Emission>, Failure> {
        if self.origin.source.is_some() {
            let [target] = self.targets.as_slice() else {
                return Err(
                    Failure::usage("name one target").help(format!("there are {}", names().join(", ")))
                );
            };
            let file =
                self.out.as_ref().map(|out| out.display().to_string()).unwrap_or_else(|| target.clone());
            return Ok(vec![Emission {
                target: unplaced(target),
                file: unplaced(&file),
                only: Vec::new(),
                environment: None,
                options: self.options.iter().map(|text| option(text)).collect::<Result<_, _>>()?,
            }]);
        }
        let emit = &open.configuration.emit;
        for name in &self.targets {
            if !emit.iter().any(|emission| emission.target.value == *name) {
                let failure = Failure::usage(format!("polywire.yaml emits no `{name}`"));
                let known: Vec<&str> = emit.iter().map(|emission| emission.target.value.as_str()).collect();
                return Err(match nearest(name, known.iter().copied()) {
                    Some(near) => failure.help(format!("did you mean `{near}`?")),
                    None if known.is_empty() => failure.help("add it to `config.emit`"),
                    None => failure.help(format!("it emits {}", known.join(", "))),
                });
            }
        }
        if emit.is_empty() {
            return Err(Failure::usage("`config.emit` in polywire.yaml names no target")
                .help(format!("there are {}", names().join(", "))));
        }
        let wanted =
            |emission: &&Emission| self.targets.is_empty() || self.targets.contains(&emission.target.value);
        Ok(emit.iter().filter(wanted).cloned().collect())
    }

    fn finish(&self, output: &Output) -> Outcome {
        let changed = output.files().filter(|file| file.state != State::Same).count();
        let kept: Vec<&Generated> = output.files().filter(|file| !file.state.is_ours()).collect();
        let refused = !self.force && !self.check && !kept.is_empty();
        if !self.check && !refused {
            output.write()?;
        }
        match self.format {
            Format::Json => {
                let one = |file: &Generated| json!({"file": file.name, "target": file.target, "state": word(file.state)});
                let written = !self.check && !refused && changed > 0;
                output::print_json(
                    &json!({"written": written, "files": output.files().map(one).collect::<Vec<_>>()}),
                );
            }
            _ => self.tell(output, refused),
        }
        Ok(if refused || (self.check && changed > 0) { Exit::Wrong } else { Exit::Ok })
    }

    fn tell(&self, output: &Output, refused: bool) {
        for file in output.files().filter(|_| self.check) {
            match file.state {
                State::Same => {}
                _ => output::print(&file.difference()),
            }
        }
        for file in output.files().filter(|file| !file.state.is_ours() && !self.force) {
            output::note(&match file.state {
                State::Edited => format!("{} was edited by hand", file.name),
                _ => format!("{} was not generated", file.name),
            });
        }
        let total = output::count(output.files().count(), "file");
        let changed = output.files().filter(|file| file.state != State::Same).count();
        output::note(&match (self.check, refused) {
            (true, _) if changed == 0 => format!("{total}: as they should be"),
            (true, _) => format!("{total}: {changed} would change; run `polywire generate config`"),
            (_, true) => {
                "nothing was written: bring the edits over to the settings, or use --force".to_owned()
            }
            _ if changed == 0 => format!("{total}: nothing to do"),
            _ => {
                let rows: Vec<Vec<String>> = output
                    .files()
                    .filter(|file| file.state != State::Same)
                    .map(|file| vec![file.name.clone(), file.target.to_owned(), word(file.state).to_owned()])
                    .collect();
                output::print(&output::table(&["FILE", "TARGET", "WAS"], &rows));
                format!("{total}: {changed} written")
            }
        });
    }
}

fn word(state: State) -> &'static str {
    match state {
        State::Same => "same",
        State::New => "new",
        State::Stale => "stale",
        State::Edited => "edited",
        State::Foreign => "foreign",
    }
}

fn names() -> Vec<&'static str> {
    SETTINGS.iter().map(|target| target.name()).collect()
}

fn unplaced(text: &str) -> Spanned<String> {
    Spanned { span: Span::new(polywire_diag::FileId(0), 0, 0), value: text.to_owned() }
}

fn option(text: &str) -> Result<(Spanned<String>, Spanned<String>), Failure> {
    let (name, value) =
        text.split_once('=').ok_or_else(|| Failure::usage(format!("--option {text}: must be NAME=VALUE")))?;
    Ok((unplaced(name), unplaced(value)))
}

fn list() -> String {
    let mut rows = Vec::new();
    for target in SETTINGS {
        rows.push(vec![target.name().to_owned(), String::new(), target.about().to_owned()]);
        for option in target.options() {
            let values = match option.values {
                [] => "TEXT".to_owned(),
                values => values.join("|"),
            };
            let default = if option.default.is_empty() {
                String::new()
            } else {
                format!(" (default {})", option.default)
            };
            rows.push(vec![
                String::new(),
                format!("{}={values}", option.name),
                format!("{}{default}", option.doc),
            ]);
        }
    }
    output::table(&["TARGET", "OPTION", ""], &rows)
}
