//! YAML: <https://yaml.org/spec/1.2.2/>, with the core schema, over the events of the crate saphyr-parser.
//!
//! - A key is text as it is written: `200:` is `"200"`, `on:` is `"on"`.
//! - An alias becomes a copy of what its anchor names, under a limit; its spans are the anchor's.
//! - `<<` merges maps; members that are written out win, then earlier maps.
//! - `.inf` and `.nan` are errors, because no format of the model has them.
//! - A tag outside the core schema is a warning, and what it stands at is read without it.

mod anchor;
mod mistake;
mod place;
mod scalar;

use std::borrow::Cow;

use polywire_diag::{Diagnostic, FileId, Span};
use saphyr_parser::{Event, Parser, ScalarStyle, Tag};

use crate::build::{Builder, Stop};
use crate::parse::{Documents, Parsed, Verdict};
use crate::tree::{Node, Value};
use crate::{BAD_KEY, Limits, SEVERAL_DOCUMENTS, TOO_MANY_NODES, YAML_SYNTAX};

/// Parses `body`, which starts at byte `offset` of its file.
pub(crate) fn parse(
    file: FileId,
    body: &str,
    offset: usize,
    take: Documents,
    limits: &Limits,
    diags: &mut Vec<Diagnostic>,
) -> Parsed {
    let builder = Builder::new(file, limits, diags);
    let mut reader = Reader {
        text: body,
        places: place::Places::new(body, offset),
        builder,
        anchors: anchor::Anchors::default(),
        open_anchors: Vec::new(),
        documents: Vec::new(),
        broken: false,
    };
    let done = reader.stream(take);
    let verdict = match done {
        Ok(()) => Verdict::Fits,
        Err(Stop) if reader.broken => Verdict::Broken,
        Err(Stop) => Verdict::Refused,
    };
    let documents = if done.is_ok() { reader.documents } else { Vec::new() };
    Parsed { documents, verdict }
}

struct Reader<'t, 'd> {
    text: &'t str,
    places: place::Places<'t>,
    builder: Builder<'d>,
    anchors: anchor::Anchors,
    /// For each open collection the number of its anchor; 0 where it has none.
    open_anchors: Vec<usize>,
    documents: Vec<Node>,
    /// Whether the grammar ended the text, not a limit.
    broken: bool,
}

type Marks = saphyr_parser::Span;
type MaybeTag<'a> = Option<Cow<'a, Tag>>;

impl<'t> Reader<'t, '_> {
    fn stream(&mut self, take: Documents) -> Result<(), Stop> {
        self.refuse_crowded_flow()?;
        let mut parser = Parser::new_from_str(self.text);
        while let Some(event) = parser.next_event() {
            match event {
                Ok((Event::StreamEnd, _)) => break,
                Ok((event, marks)) => self.event(event, marks, take)?,
                Err(error) => return Err(self.syntax_error(&error)),
            }
        }
        Ok(())
    }

    /// The scanner holds a flow collection back until it is closed, so its tokens are bounded before it starts.
    fn refuse_crowded_flow(&mut self) -> Result<(), Stop> {
        let max = self.builder.limits.nodes_max.saturating_mul(2).saturating_add(64);
        let mut signs = self.text.bytes().enumerate().filter(|(_, b)| matches!(b, b',' | b'[' | b'{'));
        let Some((at, _)) = signs.nth(max) else { return Ok(()) };
        let start = self.places.offset() + at;
        let span = self.builder.span(start, start + 1);
        self.builder.report_last(
            Diagnostic::error(&TOO_MANY_NODES, format!("more than {max} commas and brackets in one text"))
                .at(span, "one too many"),
        );
        Err(Stop)
    }

    fn event(&mut self, event: Event<'t>, marks: Marks, take: Documents) -> Result<(), Stop> {
        let span = self.span(marks);
        match event {
            Event::Nothing | Event::StreamStart | Event::StreamEnd => Ok(()),
            Event::DocumentStart(_) => {
                self.anchors.clear();
                Ok(())
            }
            Event::DocumentEnd => self.document_end(take),
            Event::Alias(id) => self.alias(id, span),
            Event::Scalar(text, style, anchor, tag) => {
                let is_nothing = text.is_empty()
                    && style == ScalarStyle::Plain
                    && !self.places.slice(span).starts_with(['&', '!']);
                let span = if is_nothing { self.place_of_nothing(span) } else { self.without_margin(span) };
                self.scalar(text, style, anchor, tag, span)
            }
            Event::SequenceStart(anchor, tag) => {
                self.refuse_as_key(span, "a list")?;
                self.check_collection_tag(&tag, "seq", span);
                self.open_anchors.push(anchor);
                self.builder.open_list(span)
            }
            Event::MappingStart(anchor, tag) => {
                self.refuse_as_key(span, "a map")?;
                self.check_collection_tag(&tag, "map", span);
                self.open_anchors.push(anchor);
                self.builder.open_map(span)
            }
            Event::SequenceEnd | Event::MappingEnd => {
                // In block style nothing stands at the end; in flow style a bracket does.
                self.close((span.end > span.start).then_some(span.end as usize));
                Ok(())
            }
        }
    }

    fn close(&mut self, end: Option<usize>) {
        let anchor = self.open_anchors.pop().unwrap_or(0);
        let Some(node) = self.builder.close(end) else { return };
        self.anchors.define(anchor, &node, self.builder.limits.aliases_max);
        self.builder.place(node);
    }

    fn scalar(
        &mut self,
        text: Cow<'t, str>,
        style: ScalarStyle,
        anchor: usize,
        tag: MaybeTag<'t>,
        span: Span,
    ) -> Result<(), Stop> {
        if self.builder.wants_key() {
            return self.key(text, style, anchor, span);
        }
        let value = self.resolve(text, style, tag, span);
        let node = Node { span, value };
        self.anchors.define(anchor, &node, self.builder.limits.aliases_max);
        self.builder.scalar(node)
    }

    fn key(&mut self, text: Cow<'t, str>, style: ScalarStyle, anchor: usize, span: Span) -> Result<(), Stop> {
        if style == ScalarStyle::Plain && text == "<<" {
            self.builder.merge_key();
            return Ok(());
        }
        if style == ScalarStyle::Plain && text.is_empty() {
            self.builder.report(
                Diagnostic::error(&BAD_KEY, "a key without a name")
                    .at(span, "a name is missing before this")
                    .help("an empty name is written `\"\"`"),
            );
        }
        let text = text.into_owned();
        if anchor != 0 {
            let node = Node { span, value: Value::Text(text.clone()) };
            self.anchors.define(anchor, &node, self.builder.limits.aliases_max);
        }
        self.builder.key(text, span)
    }

    fn refuse_as_key(&mut self, span: Span, kind: &str) -> Result<(), Stop> {
        if !self.builder.wants_key() {
            return Ok(());
        }
        let mut diag =
            Diagnostic::error(&BAD_KEY, format!("{kind} as a key; only text can be one")).at(span, "here");
        if self.places.slice(span).starts_with(['{', '[']) {
            diag = diag.help("text that starts with `{` or `[` stands in quotes");
        }
        self.builder.report_last(diag);
        Err(self.stop())
    }

    fn document_end(&mut self, take: Documents) -> Result<(), Stop> {
        let Some(node) = self.builder.take_root() else { return Ok(()) };
        if node.is_null() && node.span.start == node.span.end {
            return Ok(());
        }
        if take == Documents::One
            && let Some(first) = self.documents.first()
        {
            let diag = Diagnostic::error(&SEVERAL_DOCUMENTS, "a second document in a text that may have one")
                .at(node.span, "the second document starts here")
                .at(first.span, "the first one");
            self.builder.report_last(diag);
            return Err(Stop);
        }
        self.documents.push(node);
        Ok(())
    }

    fn span(&mut self, marks: Marks) -> Span {
        let start = self.places.byte(marks.start.index());
        let end = self.places.byte(marks.end.index().max(marks.start.index()));
        self.builder.span(start, end)
    }

    /// The place of a value that is not written: the colon or dash that announces it.
    fn place_of_nothing(&self, span: Span) -> Span {
        let start = span.start as usize;
        let length = usize::from(self.places.after(start).starts_with(':'));
        self.builder.span(start, start + length)
    }

    /// Leaves out the line breaks after a block scalar.
    fn without_margin(&self, span: Span) -> Span {
        let length = self.places.slice(span).trim_end().len();
        self.builder.span(span.start as usize, span.start as usize + length)
    }

    fn stop(&mut self) -> Stop {
        self.broken = true;
        Stop
    }

    fn error(&self, message: impl Into<String>) -> Diagnostic {
        Diagnostic::error(&YAML_SYNTAX, message)
    }
}
