//! `polywire explain CODE|OPERATION`

use std::path::PathBuf;

use crate::codes;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};
use crate::project;

/// Explains a diagnostic's code, or what the bridge does to the messages of an operation
#[derive(clap::Args)]
pub(crate) struct Explain {
    /// `PW-R0102`, or `users.getUser`
    #[arg(required_unless_present = "list")]
    subject: Option<String>,
    /// Lists every code
    #[arg(long)]
    list: bool,
    /// The workspace's folder, for an operation
    #[arg(short = 'C', long, default_value = ".")]
    dir: PathBuf,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Explain {
    pub(crate) fn run(self) -> Outcome {
        let codes = codes::all();
        let Some(subject) = self.subject.filter(|_| !self.list) else {
            for code in codes {
                output::print_line(&format!("{}  {}", code.id, title(code.page)));
            }
            return Ok(Exit::Ok);
        };
        if let Some(code) = codes.iter().find(|code| code.id.eq_ignore_ascii_case(&subject)) {
            match self.format {
                Format::Json => output::print_json(
                    &serde_json::json!({"code": code.id, "title": title(code.page), "page": code.page}),
                ),
                _ => output::print(code.page),
            }
            return Ok(Exit::Ok);
        }
        if subject.to_uppercase().starts_with("PW-") {
            let near = polywire_diag::nearest(&subject, codes.iter().map(|code| code.id));
            let failure = Failure::wrong(format!("there is no code {subject}"));
            return Err(match near {
                Some(near) => failure.help(format!("did you mean {near}?")),
                None => failure.help("`polywire explain --list` lists them"),
            });
        }
        self::operation(&subject, &self.dir, self.format)
    }
}

/// The title in `# PW-R0102: title`.
fn title(page: &str) -> &str {
    page.lines().next().and_then(|line| line.split_once(": ")).map_or("", |(_, title)| title)
}

fn operation(name: &str, dir: &std::path::Path, format: Format) -> Outcome {
    let project = project::open(dir)?;
    let id = project.operation(name)?;
    let snapshot = project.snapshot_for_explanation()?;
    let explanation = snapshot.explain(id);
    match format {
        Format::Json => {
            output::print_json(&serde_json::to_value(&explanation).expect("an explanation is JSON"))
        }
        _ => output::print(&explanation.to_string()),
    }
    Ok(Exit::Ok)
}
