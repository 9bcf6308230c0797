//! Builds the tree from a stream of openings, keys, values and closings, under the limits.
//!
//! Must never: look at the text; both parsers feed it.

use std::cmp::Ordering;
use std::collections::HashSet;

use polywire_diag::{Diagnostic, FileId, Span};

use crate::tree::{Entry, Map, Node, Value, duplicates};
use crate::{BAD_MERGE, DUPLICATE_KEY, Limits, TOO_DEEP, TOO_MANY_NODES};

/// The text is given up; the reason is among the diagnostics.
#[derive(Debug)]
pub(crate) struct Stop;

/// Errors, and likewise warnings, that are listed for one text.
const LISTED_MAX: usize = 50;

pub(crate) struct Builder<'d> {
    diags: &'d mut Vec<Diagnostic>,
    pub(crate) limits: &'d Limits,
    file: FileId,
    frames: Vec<Frame>,
    nodes: usize,
    errors: usize,
    warnings: usize,
    root: Option<Node>,
}

/// A collection that is still open.
struct Frame {
    opening: Span,
    /// Where the last thing in it ends.
    end: usize,
    children: Children,
}

enum Children {
    List(Vec<Node>),
    Map { entries: Vec<Entry>, key: Option<Key>, merges: Vec<Node> },
}

/// What a value is expected for.
enum Key {
    Member(String, Span),
    Merge,
}

impl<'d> Builder<'d> {
    pub(crate) fn new(file: FileId, limits: &'d Limits, diags: &'d mut Vec<Diagnostic>) -> Self {
        Builder { diags, limits, file, frames: Vec::new(), nodes: 0, errors: 0, warnings: 0, root: None }
    }

    /// Lists a mistake after which the text is read on; of very many only the first.
    pub(crate) fn report(&mut self, diag: Diagnostic) {
        let listed = if diag.is_error() { &mut self.errors } else { &mut self.warnings };
        *listed += 1;
        match (*listed).cmp(&LISTED_MAX) {
            Ordering::Less => self.diags.push(diag),
            Ordering::Equal => self.diags.push(diag.help("further mistakes in this text are not listed")),
            Ordering::Greater => {}
        }
    }

    /// Lists the mistake that ends the text.
    pub(crate) fn report_last(&mut self, diag: Diagnostic) {
        self.diags.push(diag);
    }

    pub(crate) fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, start, end)
    }

    pub(crate) fn depth(&self) -> usize {
        self.frames.len()
    }

    /// Where the innermost open collection starts, and whether it is a map.
    pub(crate) fn innermost(&self) -> Option<(Span, bool)> {
        self.frames.last().map(|f| (f.opening, matches!(f.children, Children::Map { .. })))
    }

    /// Whether the next thing must be a key.
    pub(crate) fn wants_key(&self) -> bool {
        matches!(self.frames.last(), Some(Frame { children: Children::Map { key: None, .. }, .. }))
    }

    pub(crate) fn open_list(&mut self, opening: Span) -> Result<(), Stop> {
        self.open(opening, Children::List(Vec::new()))
    }

    pub(crate) fn open_map(&mut self, opening: Span) -> Result<(), Stop> {
        self.open(opening, Children::Map { entries: Vec::new(), key: None, merges: Vec::new() })
    }

    fn open(&mut self, opening: Span, children: Children) -> Result<(), Stop> {
        self.count(1, opening)?;
        self.check_depth(1, opening)?;
        self.frames.push(Frame { opening, end: opening.end as usize, children });
        Ok(())
    }

    /// Refuses to go `more` levels further down.
    pub(crate) fn check_depth(&mut self, more: usize, span: Span) -> Result<(), Stop> {
        let max = self.limits.depth();
        if self.frames.len() + more <= max {
            return Ok(());
        }
        self.diags.push(
            Diagnostic::error(&TOO_DEEP, format!("more than {max} lists and maps inside one another"))
                .at(span, "too deep"),
        );
        Err(Stop)
    }

    /// Counts nodes and keys that are about to be added.
    pub(crate) fn count(&mut self, nodes: usize, span: Span) -> Result<(), Stop> {
        self.nodes += nodes;
        if self.nodes <= self.limits.nodes_max {
            return Ok(());
        }
        let max = self.limits.nodes_max;
        self.diags.push(
            Diagnostic::error(&TOO_MANY_NODES, format!("more than {max} values and keys in one text"))
                .at(span, "one too many"),
        );
        Err(Stop)
    }

    /// Adds a key; [`Self::wants_key`] must hold.
    pub(crate) fn key(&mut self, text: String, span: Span) -> Result<(), Stop> {
        self.count(1, span)?;
        self.reach(span.end as usize);
        self.set_key(Key::Member(text, span));
        Ok(())
    }

    /// Takes the next value as one whose members are merged into the open map.
    pub(crate) fn merge_key(&mut self) {
        self.set_key(Key::Merge);
    }

    fn set_key(&mut self, new: Key) {
        if let Some(Frame { children: Children::Map { key, .. }, .. }) = self.frames.last_mut() {
            *key = Some(new);
        }
    }

    /// Adds a scalar.
    pub(crate) fn scalar(&mut self, node: Node) -> Result<(), Stop> {
        self.count(1, node.span)?;
        self.reach(node.span.end as usize);
        self.place(node);
        Ok(())
    }

    /// Notes that the innermost open collection goes on to a byte.
    pub(crate) fn reach(&mut self, end: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.end = frame.end.max(end);
        }
    }

    /// Puts a node, counted before, where the innermost open collection expects it.
    pub(crate) fn place(&mut self, node: Node) {
        match self.frames.last_mut().map(|frame| &mut frame.children) {
            None => self.root = Some(node),
            Some(Children::List(items)) => items.push(node),
            Some(Children::Map { entries, key, merges }) => match key.take() {
                Some(Key::Member(key, key_span)) => entries.push(Entry { key, key_span, value: node }),
                Some(Key::Merge) => merges.push(node),
                None => {}
            },
        }
    }

    /// Closes the innermost collection and hands it over, to be placed; without `end` at the end of the last thing in it.
    pub(crate) fn close(&mut self, end: Option<usize>) -> Option<Node> {
        let Frame { opening, end: last, children } = self.frames.pop()?;
        let span = self.span(opening.start as usize, end.unwrap_or(last));
        self.reach(span.end as usize);
        let value = match children {
            Children::List(items) => Value::List(items),
            Children::Map { entries, merges, .. } => {
                let mut entries = self.without_duplicates(entries);
                self.merge(&mut entries, merges);
                Value::Map(Map::new(entries))
            }
        };
        Some(Node { span, value })
    }

    /// Takes the finished tree.
    pub(crate) fn take_root(&mut self) -> Option<Node> {
        self.root.take()
    }

    /// Reports repeated keys and keeps the first of each.
    fn without_duplicates(&mut self, mut entries: Vec<Entry>) -> Vec<Entry> {
        let found = duplicates(&entries);
        if found.is_empty() {
            return entries;
        }
        for &(first, later) in &found {
            self.report_duplicate(&entries[first], &entries[later]);
        }
        let dropped: HashSet<usize> = found.into_iter().map(|(_, later)| later).collect();
        let mut at = 0;
        entries.retain(|_| {
            at += 1;
            !dropped.contains(&(at - 1))
        });
        entries
    }

    fn report_duplicate(&mut self, first: &Entry, later: &Entry) {
        let message = format!("the key `{}` is there twice", shown(&first.key));
        let diag = Diagnostic::error(&DUPLICATE_KEY, message)
            .at(later.key_span, "again here")
            .at(first.key_span, "first here");
        self.report(diag);
    }

    /// Appends the members of merged maps that the map itself does not have; earlier maps win.
    fn merge(&mut self, entries: &mut Vec<Entry>, merges: Vec<Node>) {
        if merges.is_empty() {
            return;
        }
        let mut known: HashSet<String> = entries.iter().map(|e| e.key.clone()).collect();
        let flat = merges.into_iter().flat_map(|node| match node.value {
            Value::List(items) => items,
            _ => vec![node],
        });
        for node in flat {
            let kind = node.kind();
            match node.value {
                Value::Map(map) => {
                    entries.extend(map.entries.into_iter().filter(|e| known.insert(e.key.clone())))
                }
                _ => self.report(
                    Diagnostic::error(&BAD_MERGE, format!("`<<` merges maps, not {kind}"))
                        .at(node.span, format!("this is {kind}")),
                ),
            }
        }
    }
}

/// A text as it is quoted in a message: short, on one line.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars().take(60) {
        if c.is_control() { out.extend(c.escape_default()) } else { out.push(c) }
    }
    if text.chars().nth(60).is_some() {
        out.push('…');
    }
    out
}
