//! What the components of a run say, and what becomes of them: prefixed for people, standard log lines for programs.

use std::io::{IsTerminal, Write};
use std::sync::{Arc, OnceLock};

use polywire_bridge::{Bridge, Liveness};
use polywire_workspace::{Event, State, Stream, Watcher};
use serde_json::{Value, json};

use crate::output;

/// Colours that are easy to tell apart, in the order of the components.
const COLORS: &[&str] = &["36", "35", "33", "34", "32", "31"];

/// Writes to stderr, and tells the bridge who is down.
pub(crate) struct Watch {
    names: Vec<String>,
    width: usize,
    people: bool,
    color: bool,
    bridge: OnceLock<Arc<Bridge>>,
}

impl Watch {
    pub(crate) fn new(names: Vec<String>) -> Watch {
        Watch {
            width: names.iter().map(|name| name.chars().count()).max().unwrap_or(0),
            names,
            people: std::io::stderr().is_terminal(),
            color: output::color_stderr(),
            bridge: OnceLock::new(),
        }
    }

    /// From now on the bridge is told who is up and who is down.
    pub(crate) fn tell(&self, bridge: Arc<Bridge>) {
        let _ = self.bridge.set(bridge);
    }

    fn write(&self, component: &str, level: &str, logger: &str, text: &str) {
        let line = if self.people {
            self.for_people(component, text)
        } else {
            standard(component, level, logger, text)
        };
        let _ = std::io::stderr().lock().write_all(line.as_bytes());
    }

    fn for_people(&self, component: &str, text: &str) -> String {
        let at = self.names.iter().position(|name| name == component).unwrap_or(0);
        let (on, off) = if self.color { (COLORS[at % COLORS.len()], "\x1b[0m") } else { ("", "") };
        let on = if self.color { format!("\x1b[{on}m") } else { String::new() };
        format!("{on}{component:width$} |{off} {}\n", readable(text), width = self.width)
    }
}

impl Watcher for Watch {
    fn line(&self, component: &str, stream: Stream, line: &str) {
        let logger = if stream == Stream::Stderr { "stderr" } else { "stdout" };
        self.write(component, "INFO", logger, line);
    }

    fn event(&self, event: &Event) {
        let liveness = match &event.state {
            State::Ready => Some(Liveness::Up),
            State::Failed { .. } | State::Exited { .. } | State::Restarting { .. } => Some(Liveness::Down),
            // Whoever stops a component on purpose may start it by other means: its port decides.
            State::Stopped | State::Building | State::Built | State::Starting => None,
        };
        if let (Some(bridge), Some(liveness)) = (self.bridge.get(), liveness) {
            bridge.set_component_state(&event.component, liveness);
        }
        let (level, text) = match &event.state {
            State::Building => ("INFO", "building".to_string()),
            State::Built => ("INFO", "built".into()),
            State::Starting => ("INFO", "starting".into()),
            State::Ready => ("INFO", "ready".into()),
            State::Stopped => ("INFO", "stopped".into()),
            State::Exited { exit } => ("WARNING", format!("ended by itself: {exit}")),
            State::Restarting { after, reason } => {
                ("WARNING", format!("ended by itself ({reason}), starts again in {} ms", after.as_millis()))
            }
            State::Failed { reason } => ("ERROR", format!("failed: {reason}")),
        };
        self.write(&event.component, level, "polywire", &text);
    }
}

/// A standard log line as a person reads it; any other line as it is.
fn readable(text: &str) -> String {
    let Ok(Value::Object(line)) = serde_json::from_str::<Value>(text) else { return text.to_string() };
    let part = |key: &str| line.get(key).and_then(Value::as_str);
    match (part("level"), part("message")) {
        (Some(level), Some(message)) => {
            let mut shown = format!("{level:<7} {message}");
            for (key, value) in &line {
                let known = ["timestamp", "level", "service", "language", "logger", "message"];
                if !known.contains(&key.as_str()) {
                    let value = value.as_str().map_or_else(|| value.to_string(), str::to_string);
                    shown.push_str(&format!(" {key}={value}"));
                }
            }
            shown
        }
        _ => text.to_string(),
    }
}

/// A line that is no standard log line becomes one.
fn standard(component: &str, level: &str, logger: &str, text: &str) -> String {
    if let Ok(Value::Object(line)) = serde_json::from_str::<Value>(text)
        && line.contains_key("timestamp")
        && line.contains_key("level")
        && line.contains_key("message")
    {
        return format!("{text}\n");
    }
    let line = json!({
        "timestamp": crate::log::timestamp(),
        "level": level,
        "service": component,
        "logger": logger,
        "message": text,
    });
    format!("{line}\n")
}
