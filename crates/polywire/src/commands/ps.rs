//! `polywire ps`

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use serde_json::Value;

use crate::control;
use crate::exit::{Exit, Outcome};
use crate::output::{self, Format};

/// Shows what runs in the workspace
#[derive(clap::Args)]
pub(crate) struct Ps {
    /// The workspace's folder
    #[arg(short = 'C', long)]
    dir: Option<PathBuf>,
    #[arg(long, value_enum, default_value_t)]
    format: Format,
}

impl Ps {
    pub(crate) fn run(self) -> Outcome {
        let run = control::find(self.dir.as_deref())?;
        let (_, said) = control::ask(&run, "GET", "/v1/components")?;
        if self.format == Format::Json {
            output::print_json(&said);
            return Ok(Exit::Ok);
        }
        let mut rows = vec![vec![
            "bridge".into(),
            "ready".into(),
            run.pid.to_string(),
            run.url.clone(),
            String::new(),
            String::new(),
        ]];
        for component in said.as_array().or(said["components"].as_array()).into_iter().flatten() {
            rows.push(row(component));
        }
        output::print(&output::table(&["NAME", "STATE", "PID", "ADDRESS", "RESTARTS", "SINCE"], &rows));
        Ok(Exit::Ok)
    }
}

fn row(component: &Value) -> Vec<String> {
    let text = |key: &str| match &component[key] {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    };
    let since = component["since_ms"].as_u64().map_or_else(String::new, ago);
    vec![text("name"), text("state"), text("pid"), text("address"), text("restarts"), since]
}

/// `3s ago`, from milliseconds since 1970.
fn ago(since_ms: u64) -> String {
    let passed = SystemTime::now()
        .duration_since(SystemTime::UNIX_EPOCH + Duration::from_millis(since_ms))
        .unwrap_or_default()
        .as_secs();
    match passed {
        0..60 => format!("{passed}s ago"),
        60..3600 => format!("{}m ago", passed / 60),
        _ => format!("{}h {}m ago", passed / 3600, passed / 60 % 60),
    }
}
