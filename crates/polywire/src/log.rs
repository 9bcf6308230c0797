//! The standard log line: JSON for programs, one aligned line for people at a terminal.

mod json;

use std::fmt;
use std::sync::Arc;

use serde_json::{Map, Value};
use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::filter::LevelFilter;
use tracing_subscriber::fmt::format::Writer;
use tracing_subscriber::fmt::time::{FormatTime, SystemTime};
use tracing_subscriber::fmt::{FmtContext, FormatEvent, FormatFields};
use tracing_subscriber::registry::LookupSpan;

use crate::output;

/// Sends log lines to stderr; `POLYWIRE_LOG` (error, warn, info, debug, trace, off) sets the level.
pub(crate) fn init(service: &str) {
    let level = std::env::var("POLYWIRE_LOG").ok().and_then(|l| l.parse().ok()).unwrap_or(LevelFilter::INFO);
    let lines = Lines { service: service.into(), color: output::color_stderr(), people: people() };
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(level)
        .with_writer(std::io::stderr)
        .event_format(lines)
        .finish();
    // A second call, as in tests, keeps the first subscriber.
    let _ = tracing::subscriber::set_global_default(subscriber);
}

/// Now, as the standard log line has it.
pub(crate) fn timestamp() -> String {
    let mut time = String::new();
    // Writing to a string cannot fail.
    let _ = SystemTime.format_time(&mut Writer::new(&mut time));
    time
}

/// Whether lines are read by a person.
fn people() -> bool {
    std::io::IsTerminal::is_terminal(&std::io::stderr())
}

struct Lines {
    service: Arc<str>,
    color: bool,
    people: bool,
}

impl<S, N> FormatEvent<S, N> for Lines
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    N: for<'a> FormatFields<'a> + 'static,
{
    fn format_event(
        &self,
        _: &FmtContext<'_, S, N>,
        mut writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let time = timestamp();
        if !self.people {
            return json::write(&mut writer, &time, &self.service, event);
        }
        let mut fields = Fields::default();
        event.record(&mut fields);
        self.person(&mut writer, &time, level_name(*event.metadata().level()), fields)
    }
}

impl Lines {
    /// `12:00:01.123 INFO     Served op=users.getUser status=200`
    fn person(&self, writer: &mut Writer<'_>, time: &str, level: &str, fields: Fields) -> fmt::Result {
        let clock = time.get(11..23).unwrap_or(time);
        let style = match level {
            "ERROR" => "31",
            "WARNING" => "33",
            "DEBUG" => "2",
            _ => "32",
        };
        let (on, off) = if self.color { (format!("\x1b[{style}m"), "\x1b[0m") } else { (String::new(), "") };
        write!(writer, "{clock} {on}{level:<7}{off} {}", fields.message)?;
        for (name, value) in fields.values {
            match value {
                Value::String(text) if !text.contains(' ') => write!(writer, " {name}={text}")?,
                other => write!(writer, " {name}={other}")?,
            }
        }
        writer.write_char('\n')
    }
}

fn level_name(level: Level) -> &'static str {
    match level {
        Level::ERROR => "ERROR",
        Level::WARN => "WARNING",
        Level::INFO => "INFO",
        Level::DEBUG | Level::TRACE => "DEBUG",
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    values: Map<String, Value>,
}

impl Fields {
    fn put(&mut self, field: &Field, value: impl Into<Value>) {
        self.values.insert(field.name().into(), value.into());
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" {
            self.message = format!("{value:?}");
        } else {
            self.put(field, format!("{value:?}"));
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        if field.name() == "message" {
            self.message = value.into();
        } else {
            self.put(field, value);
        }
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.put(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.put(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.put(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.put(field, value);
    }
}
