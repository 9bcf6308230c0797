//! Places in source texts, and the texts themselves.

/// A source text's number in its [`SourceMap`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FileId(pub u32);

/// A half-open range of bytes in one source text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Span { file, start: start as u32, end: end as u32 }
    }
}

/// Every source text that was read, by number. Names are as the user would write them.
#[derive(Default, Debug)]
pub struct SourceMap {
    files: Vec<Source>,
}

#[derive(Debug)]
struct Source {
    name: String,
    text: String,
    /// The byte at which each line starts.
    lines: Vec<u32>,
}

impl SourceMap {
    /// Keeps a text and returns its number; texts of 4 GiB and more must be refused before.
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, b)| *b == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        self.files.push(Source { name: name.into(), text, lines });
        FileId(self.files.len() as u32 - 1)
    }

    pub fn name(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |f| f.name.as_str())
    }

    pub fn text(&self, file: FileId) -> &str {
        self.files.get(file.0 as usize).map_or("", |f| f.text.as_str())
    }

    /// Line and column of a byte, both from 1; the column counts code points, a byte order mark not among them.
    pub fn position(&self, file: FileId, byte: u32) -> (u32, u32) {
        let line = self.line_of(file, byte);
        let (start, _) = self.line_bounds(file, line);
        let text = self.text(file);
        let before = &text[start..self.clamp(file, byte).max(start)];
        (line, before.chars().count() as u32 + 1)
    }

    /// The line of a byte, from 1.
    pub(crate) fn line_of(&self, file: FileId, byte: u32) -> u32 {
        let Some(source) = self.files.get(file.0 as usize) else { return 1 };
        source.lines.partition_point(|&start| start <= byte).max(1) as u32
    }

    /// The bytes of a line, without its line break, and without a byte order mark at the start of the text.
    pub(crate) fn line_bounds(&self, file: FileId, line: u32) -> (usize, usize) {
        let Some(source) = self.files.get(file.0 as usize) else { return (0, 0) };
        let at = line.saturating_sub(1) as usize;
        let start = source.lines.get(at).map_or(source.text.len(), |&start| start as usize);
        let end = source.lines.get(at + 1).map_or(source.text.len(), |&next| next as usize);
        let whole = &source.text[start..end];
        let whole = whole.strip_suffix('\n').unwrap_or(whole);
        let whole = whole.strip_suffix('\r').unwrap_or(whole);
        let mark = if start == 0 && whole.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        (start + mark, start + whole.len())
    }

    /// A byte as an index into the text: inside of it, and at the start of a code point.
    pub(crate) fn clamp(&self, file: FileId, byte: u32) -> usize {
        let text = self.text(file);
        let mut at = (byte as usize).min(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        at
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn positions_count_code_points_from_one() {
        let mut sources = SourceMap::default();
        let file = sources.add("a.yaml", "\u{feff}aü€b\r\n\nlast");
        let expected = [(0, (1, 1)), (3, (1, 1)), (4, (1, 2)), (5, (1, 2)), (6, (1, 3)), (9, (1, 4))];
        for (byte, position) in expected {
            assert_eq!(sources.position(file, byte), position, "{byte}");
        }
        assert_eq!(sources.position(file, 12), (2, 1));
        assert_eq!(sources.position(file, 13), (3, 1));
        assert_eq!(sources.position(file, 1000), (3, 5));
        assert_eq!(sources.position(FileId(9), 5), (1, 1));
        assert_eq!(sources.line_bounds(file, 1), (3, 10));
        assert_eq!(sources.line_bounds(file, 2), (12, 12));
    }
}
