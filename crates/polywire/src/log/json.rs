//! The standard log line as JSON, written in one pass without a tree: there is one for each call.

use std::cell::RefCell;
use std::fmt::{self, Write};

use serde::Serialize;
use tracing::field::{Field, Visit};
use tracing::{Event, Level};
use tracing_subscriber::fmt::format::Writer;

use super::level_name;

thread_local! {
    static FIELDS: RefCell<Fields> = RefCell::default();
}

/// An event's fields, written already.
#[derive(Default)]
struct Fields {
    message: Vec<u8>,
    /// `,"name":value`, again and again.
    others: Vec<u8>,
    /// For values that have to be formatted first.
    text: String,
}

/// Writes the line of an event.
pub(super) fn write(writer: &mut Writer<'_>, time: &str, service: &str, event: &Event<'_>) -> fmt::Result {
    FIELDS.with_borrow_mut(|fields| {
        fields.message.clear();
        fields.others.clear();
        event.record(fields);
        let metadata = event.metadata();
        let level: Level = *metadata.level();
        write!(writer, r#"{{"timestamp":"{time}","level":"{}","service":"#, level_name(level))?;
        let mut head = Vec::with_capacity(64);
        put(&mut head, service);
        head.extend_from_slice(br#","language":"rust","logger":"#);
        put(&mut head, metadata.target());
        writer.write_str(text(&head))?;
        writer.write_str(r#","message":"#)?;
        writer.write_str(if fields.message.is_empty() { r#""""# } else { text(&fields.message) })?;
        writer.write_str(text(&fields.others))?;
        writer.write_str("}\n")
    })
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("JSON is written as UTF-8")
}

fn put(into: &mut Vec<u8>, value: impl Serialize) {
    // Writing a scalar to memory cannot fail.
    let _ = serde_json::to_writer(into, &value);
}

impl Fields {
    fn field(&mut self, field: &Field, value: impl Serialize) {
        if field.name() == "message" {
            self.message.clear();
            return put(&mut self.message, value);
        }
        self.others.push(b',');
        put(&mut self.others, field.name());
        self.others.push(b':');
        put(&mut self.others, value);
    }
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        let mut text = std::mem::take(&mut self.text);
        text.clear();
        let _ = write!(text, "{value:?}");
        self.field(field, text.as_str());
        self.text = text;
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        self.field(field, value);
    }

    fn record_i64(&mut self, field: &Field, value: i64) {
        self.field(field, value);
    }

    fn record_u64(&mut self, field: &Field, value: u64) {
        self.field(field, value);
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        self.field(field, value);
    }

    fn record_bool(&mut self, field: &Field, value: bool) {
        self.field(field, value);
    }
}
