//! `polywire stop|start|restart COMPONENT`

use std::path::PathBuf;

use crate::control;
use crate::exit::{Exit, Failure, Outcome};
use crate::output::{self, Format};

/// Stops a component of the running workspace; it stays stopped
#[derive(clap::Args)]
pub(crate) struct Stop {
    #[command(flatten)]
    target: Target,
}

/// Starts a component of the running workspace, and waits until it is ready
#[derive(clap::Args)]
pub(crate) struct Start {
    #[command(flatten)]
    target: Target,
}

/// Stops and starts a component of the running workspace
#[derive(clap::Args)]
pub(crate) struct Restart {
    #[command(flatten)]
    target: Target,
}

#[derive(clap::Args)]
struct Target {
    /// Its name in polywire.yaml
    component: String,
    /// The workspace's folder
    #[arg(short = 'C', long)]
    dir: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Stop {
    pub(crate) fn run(self) -> Outcome {
        self.target.ask("stop", "stopped")
    }
}

impl Start {
    pub(crate) fn run(self) -> Outcome {
        self.target.ask("start", "started")
    }
}

impl Restart {
    pub(crate) fn run(self) -> Outcome {
        self.target.ask("restart", "restarted")
    }
}

impl Target {
    fn ask(self, action: &str, done: &str) -> Outcome {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
        if !self.component.chars().all(plain) {
            return Err(Failure::usage(format!("`{}` cannot be a component's name", self.component)));
        }
        let run = control::find(self.dir.as_deref())?;
        let (status, said) =
            control::ask(&run, "POST", &format!("/v1/components/{}/{action}", self.component))?;
        if !(200..300).contains(&status) {
            let message = said["error"]["message"].as_str().unwrap_or("it was refused").to_string();
            let exit = if status == 404 { Exit::Wrong } else { Exit::Environment };
            return Err(Failure { exit, message, help: None });
        }
        match self.format {
            Format::Json => output::print_json(&said),
            _ => output::print_line(&format!("{done} {}", self.component)),
        }
        Ok(Exit::Ok)
    }
}
