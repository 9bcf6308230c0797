//! The few lines around labels, short enough to be shown: a file may be one line of megabytes.

use std::ops::Range;

use crate::{FileId, Label, SourceMap};

/// Lines between two labels that are still in one excerpt; the renderer leaves most of them out.
const GAP_LINES_MAX: u32 = 20;
/// Bytes of a line that are shown; what is more is cut around the labels.
const LINE_BYTES_MAX: usize = 140;

/// Lines of one file and the labels in them.
pub(super) struct Excerpt<'a> {
    pub(super) file: FileId,
    /// The number of the first line.
    pub(super) line: u32,
    pub(super) text: String,
    /// In the order in which they were given.
    pub(super) labels: Vec<Placed<'a>>,
}

/// A label with its bytes in the excerpt.
pub(super) struct Placed<'a> {
    pub(super) label: &'a Label,
    pub(super) is_primary: bool,
    pub(super) range: Range<usize>,
}

/// A label on its line: a span of several lines is shown as far as its first one goes.
struct Located<'a> {
    label: &'a Label,
    is_primary: bool,
    line: u32,
    start: usize,
    end: usize,
}

/// Cuts the excerpts for labels; the one of the primary label, which is the first, comes first.
pub(super) fn excerpts<'a>(sources: &SourceMap, labels: &'a [Label]) -> Vec<Excerpt<'a>> {
    let mut clusters: Vec<Vec<Located<'a>>> = Vec::new();
    for (at, label) in labels.iter().enumerate() {
        let located = locate(sources, label, at == 0);
        let near =
            |cluster: &&mut Vec<Located<'a>>| cluster.iter().all(|other| is_near(sources, &located, other));
        match clusters.iter_mut().find(near) {
            Some(cluster) => cluster.push(located),
            None => clusters.push(vec![located]),
        }
    }
    clusters.into_iter().map(|cluster| cut(sources, cluster)).collect()
}

fn locate<'a>(sources: &SourceMap, label: &'a Label, is_primary: bool) -> Located<'a> {
    let span = label.span;
    let line = sources.line_of(span.file, span.start);
    let (from, to) = sources.line_bounds(span.file, line);
    let start = sources.clamp(span.file, span.start).clamp(from, to);
    let end = sources.clamp(span.file, span.end).clamp(start, to);
    Located { label, is_primary, line, start, end }
}

/// Whether two labels can be in one excerpt.
fn is_near(sources: &SourceMap, a: &Located<'_>, b: &Located<'_>) -> bool {
    if a.label.span.file != b.label.span.file || a.line.abs_diff(b.line) > GAP_LINES_MAX {
        return false;
    }
    let is_short = |located: &Located<'_>| {
        let (from, to) = sources.line_bounds(located.label.span.file, located.line);
        to - from <= LINE_BYTES_MAX
    };
    if is_short(a) && is_short(b) {
        return true;
    }
    a.line == b.line && a.end.max(b.end) - a.start.min(b.start) <= LINE_BYTES_MAX / 2
}

fn cut<'a>(sources: &SourceMap, cluster: Vec<Located<'a>>) -> Excerpt<'a> {
    let file = cluster[0].label.span.file;
    let first = cluster.iter().map(|l| l.line).min().unwrap_or(1);
    let last = cluster.iter().map(|l| l.line).max().unwrap_or(1);
    let mut text = String::new();
    let mut ranges: Vec<Range<usize>> = vec![0..0; cluster.len()];
    for line in first..=last {
        let here: Vec<usize> = (0..cluster.len()).filter(|&at| cluster[at].line == line).collect();
        let bounds = sources.line_bounds(file, line);
        let wanted = here.iter().map(|&at| cluster[at].start).min().unwrap_or(bounds.0);
        let window = window(sources.text(file), bounds, wanted);
        text.push_str(if window.start > bounds.0 { "…" } else { "" });
        let base = text.len();
        text.push_str(&sources.text(file)[window.clone()]);
        for at in here {
            let place = |byte: usize| base + byte.clamp(window.start, window.end) - window.start;
            ranges[at] = place(cluster[at].start)..place(cluster[at].end);
        }
        text.push_str(if window.end < bounds.1 { "…" } else { "" });
        text.push_str(if line < last { "\n" } else { "" });
    }
    if text.is_empty() || text.ends_with('\n') {
        // A line without anything in it would not be shown.
        text.push(' ');
    }
    let labels = cluster
        .into_iter()
        .zip(ranges)
        .map(|(located, range)| Placed { label: located.label, is_primary: located.is_primary, range })
        .collect();
    Excerpt { file, line: first, text, labels }
}

/// The part of a line that is shown: all of a short one, else the surroundings of a byte.
fn window(text: &str, (from, to): (usize, usize), wanted: usize) -> Range<usize> {
    if to - from <= LINE_BYTES_MAX {
        return from..to;
    }
    let mut start = wanted.saturating_sub(LINE_BYTES_MAX / 3).max(from);
    let mut end = (start + LINE_BYTES_MAX).min(to);
    while !text.is_char_boundary(start) {
        start -= 1;
    }
    while !text.is_char_boundary(end) {
        end += 1;
    }
    start..end
}
