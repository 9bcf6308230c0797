//! Where things of a file were written, and what their author said about them.

use std::collections::BTreeMap;

use polywire_diag::{FileId, Span};
use prost_types::FileDescriptorProto;

use super::set::Lines;

/// The places of one file by their path in its descriptor.
pub(super) struct Places {
    found: BTreeMap<Vec<i32>, (Span, String)>,
    /// Only things with a name have a place: what belongs to one has its place.
    coarse: bool,
}

impl Places {
    /// Lines and columns (both from 0, columns in bytes) become offsets.
    pub(super) fn new(file: FileId, text: &str, descriptor: &FileDescriptorProto) -> Self {
        let mut lines = vec![0usize];
        lines.extend(text.bytes().enumerate().filter(|(_, b)| *b == b'\n').map(|(at, _)| at + 1));
        let offset = |line: i32, column: i32| {
            let start = lines.get(line as usize).copied().unwrap_or(text.len());
            (start + column as usize).min(text.len())
        };
        let mut found = BTreeMap::new();
        for location in descriptor.source_code_info.iter().flat_map(|info| &info.location) {
            let (start, end) = match location.span[..] {
                [line, start, end] => (offset(line, start), offset(line, end)),
                [line, start, last, end] => (offset(line, start), offset(last, end)),
                _ => continue,
            };
            let doc = location.leading_comments.as_deref().or(location.trailing_comments.as_deref());
            let span = Span::new(file, start, end.max(start));
            found.entry(location.path.clone()).or_insert((span, doc.map(clean).unwrap_or_default()));
        }
        Places { found, coarse: false }
    }

    /// The places of one file in the listing of a set.
    pub(super) fn of_set(file: FileId, lines: Lines, descriptor: &FileDescriptorProto) -> Self {
        let mut found: BTreeMap<Vec<i32>, (Span, String)> = lines
            .into_iter()
            .map(|(path, (start, end))| (path, (Span::new(file, start, end), String::new())))
            .collect();
        for location in descriptor.source_code_info.iter().flat_map(|info| &info.location) {
            let doc = location.leading_comments.as_deref().or(location.trailing_comments.as_deref());
            if let (Some((_, said)), Some(doc)) = (found.get_mut(&location.path), doc) {
                *said = clean(doc);
            }
        }
        Places { found, coarse: true }
    }

    pub(super) fn span(&self, path: &[i32]) -> Option<Span> {
        let mut path = path;
        loop {
            match (self.found.get(path), path.split_last()) {
                (Some((span, _)), _) => return Some(*span),
                (None, Some((_, outer))) if self.coarse => path = outer,
                _ => return None,
            }
        }
    }

    pub(super) fn doc(&self, path: &[i32]) -> String {
        self.found.get(path).map(|(_, doc)| doc.clone()).unwrap_or_default()
    }

    /// The first place whose path begins like this: an option is known by its parts only.
    pub(super) fn within(&self, path: &[i32]) -> Option<Span> {
        self.span(path).or_else(|| {
            let inside = self.found.range(path.to_vec()..).take_while(|(at, _)| at.starts_with(path));
            inside.map(|(_, (span, _))| *span).min_by_key(|span| span.start)
        })
    }
}

/// A comment without the space that each line begins with.
fn clean(comment: &str) -> String {
    let lines: Vec<&str> =
        comment.lines().map(|line| line.strip_prefix(' ').unwrap_or(line).trim_end()).collect();
    lines.join("\n").trim().to_string()
}
