//! Defaults: as JSON text, and from there into the target's bytes.

use polywire_contract::Literal;
use polywire_diag::Diagnostic;
use polywire_syntax::Value;

use super::Job;
use crate::avro::AvroSink;
use crate::codes::{DEFAULT_BREAKS_RULE, NO_FORM};
use crate::json::{JsonSink, JsonSource, quoted};
use crate::layout::{self, LayoutSink};
use crate::plan::{Absent, Cell, Node, NodeId, Slot};
use crate::protobuf::ProtobufSink;
use crate::record::RecordSink;
use crate::{Buffer, Encoding, Scratch, Sink, Stop, walk};

/// How deep a default may nest.
const DEPTH_MAX: u16 = 32;

/// A literal as JSON.
pub(super) fn json(literal: &Literal) -> String {
    let mut text = String::new();
    write(literal, &mut text);
    text
}

fn write(literal: &Literal, text: &mut String) {
    let string = |value: &str| String::from_utf8_lossy(&quoted(value)).into_owned();
    match &literal.value {
        Value::Null => text.push_str("null"),
        Value::Bool(value) => text.push_str(if *value { "true" } else { "false" }),
        Value::Number(number) => text.push_str(&number.0),
        Value::Text(value) => text.push_str(&string(value)),
        Value::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                write(item, text);
            }
            text.push(']');
        }
        Value::Map(map) => {
            text.push('{');
            for (at, entry) in map.entries.iter().enumerate() {
                text.push_str(if at > 0 { "," } else { "" });
                text.push_str(&string(&entry.key));
                text.push(':');
                write(&entry.value, text);
            }
            text.push('}');
        }
    }
}

impl Job<'_, '_> {
    /// Writes the defaults that were waiting for their nodes.
    pub(super) fn write_fills(&mut self) {
        for fill in std::mem::take(&mut self.compiler.fills) {
            let Node::Record(record) = self.node(fill.record) else { continue };
            let row = &record.rows[fill.row];
            let (node, slot) = (row.node, row.slot.clone());
            // Null as the default is what absence means anyway.
            if fill.text == "null" && !self.mode.described() {
                continue;
            }
            match self.in_target(&fill.text, node, &slot) {
                Ok(bytes) => {
                    if let Node::Record(record) = &mut self.compiler.plans.nodes[fill.record.at()] {
                        record.rows[fill.row].absent = Absent::Fill(bytes);
                        record.mark_expected();
                    }
                }
                Err(rule) => {
                    let text = format!("the default breaks the rule `{}` of its own type", rule.rule());
                    if self.target_is_described() {
                        // Its place cannot stay empty.
                        self.failed = true;
                        let diagnostic = Diagnostic::error(&NO_FORM, text).at(fill.span, "this default");
                        self.say(&NO_FORM, diagnostic);
                        continue;
                    }
                    let diagnostic =
                        Diagnostic::warning(&DEFAULT_BREAKS_RULE, text).at(fill.span, "this default");
                    self.say(&DEFAULT_BREAKS_RULE, diagnostic);
                }
            }
        }
    }

    /// JSON text in the target's bytes.
    pub(super) fn in_target(&self, text: &str, node: NodeId, slot: &Slot) -> Result<Box<[u8]>, Stop> {
        let (mut scratch, mut out) = (Scratch::new(0), Buffer::default());
        out.clear();
        // JSON's sink writes the name when it writes the value.
        let bare = Slot::bare();
        let slot = if self.mode.to == Encoding::Json { &bare } else { slot };
        let mut image = vec![0; layout::reach(slot)];
        let mut sink: Box<dyn Sink + '_> = match self.mode.to {
            Encoding::Json => Box::new(JsonSink::new(&mut out)),
            Encoding::Protobuf => Box::new(ProtobufSink::new(&mut out)),
            Encoding::Avro => Box::new(AvroSink::new(&mut out)),
            Encoding::Layout => Box::new(LayoutSink::new(&mut image)),
            Encoding::Record => Box::new(RecordSink::new(&mut out)),
        };
        if text == "null" {
            sink.null(slot);
        } else {
            let nodes = &self.compiler.plans.nodes;
            let mut source =
                JsonSource::new(text.as_bytes(), DEPTH_MAX, &mut scratch.source).map_err(|(rule, _)| rule)?;
            walk::transcode(nodes, node, slot, &mut source, &mut *sink, &mut scratch.walk)?;
        }
        drop(sink);
        if self.mode.to == Encoding::Layout {
            return Ok(layout::patches(&image));
        }
        let begins = match slot.to.as_deref() {
            // Blanks stand before what has an address.
            Some(Cell::Record(cell)) if cell.is_leaf() => cell.start.offset as usize,
            // Its parts may need addresses that are not known yet.
            Some(Cell::Record(_)) => return Err(Stop::Type),
            _ => 0,
        };
        Ok(out.bytes()[begins..].into())
    }
}
