//! Why a component or a command could not be started.

use std::time::Duration;

use crate::guard::Exit;

/// Why something did not start. Output is the last lines that the process wrote.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StartError {
    #[error("there is no component `{component}`")]
    Unknown { component: String },
    #[error("{component}: `{program}` was not found: {advice}")]
    ToolMissing { component: String, program: String, advice: String },
    #[error("{component}: cannot be started: {reason}")]
    Launch { component: String, reason: String },
    #[error("{component}: its build failed: {exit}{}", tail(output))]
    Build { component: String, exit: Exit, output: Vec<String> },
    #[error("{component}: ended before it was ready: {exit}{}", tail(output))]
    DiedBeforeReady { component: String, exit: Exit, output: Vec<String> },
    #[error("{component}: not ready within {limit:?}: {waited_for}{}", tail(output))]
    NotReady { component: String, limit: Duration, waited_for: String, output: Vec<String> },
    #[error("{component}: was stopped while it started")]
    Stopped { component: String },
    #[error("the supervising process is lost: {0}")]
    Guard(String),
}

impl StartError {
    /// The error's kind as a word for programs.
    pub fn kind(&self) -> &'static str {
        match self {
            StartError::Unknown { .. } => "unknown_component",
            StartError::ToolMissing { .. } => "tool_missing",
            StartError::Launch { .. } => "launch",
            StartError::Build { .. } => "build",
            StartError::DiedBeforeReady { .. } => "died_before_ready",
            StartError::NotReady { .. } => "not_ready",
            StartError::Stopped { .. } => "stopped",
            StartError::Guard(_) => "guard",
        }
    }
}

fn tail(output: &[String]) -> String {
    if output.is_empty() {
        return "; it wrote nothing".to_owned();
    }
    let lines: Vec<String> = output.iter().map(|line| format!("\n  | {line}")).collect();
    format!("; its last output:{}", lines.concat())
}
