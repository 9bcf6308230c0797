//! The documents of a file: the whole of it, or each of its lines. Must not know what they mean.

use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

use crate::exit::{Context, Failure};
use crate::sources::reason;

/// The largest document that is read, in bytes.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

/// One document, and where it comes from.
pub(super) struct Document {
    /// As the user named the file.
    pub(super) name: String,
    /// Its line, from 1, where lines are documents.
    pub(super) line: Option<u64>,
    pub(super) bytes: Vec<u8>,
}

/// The documents of one file.
pub(super) struct Documents {
    name: String,
    reader: Box<dyn BufRead>,
    lines: bool,
    at: u64,
}

impl Documents {
    /// Opens a file, or standard input.
    pub(super) fn open(path: &Path, lines: bool) -> Result<Documents, Failure> {
        if path == Path::new("-") {
            let reader = Box::new(BufReader::new(std::io::stdin()));
            return Ok(Documents { name: "<stdin>".into(), reader, lines, at: 0 });
        }
        let name = path.display().to_string();
        let file =
            File::open(path).map_err(|error| Failure::environment(format!("{name}: {}", reason(&error))))?;
        if path.is_dir() {
            return Err(Failure::environment(format!("{name}: is a folder")));
        }
        Ok(Documents { name, reader: Box::new(BufReader::new(file)), lines, at: 0 })
    }

    /// The next document; lines without anything are none.
    pub(super) fn next(&mut self) -> Result<Option<Document>, Failure> {
        loop {
            if !self.lines && self.at > 0 {
                return Ok(None);
            }
            self.at += 1;
            let mut bytes = Vec::new();
            let mut limited = (&mut self.reader).take(DOCUMENT_BYTES_MAX + 1);
            let read = if self.lines {
                limited.read_until(b'\n', &mut bytes)
            } else {
                limited.read_to_end(&mut bytes)
            };
            let read = read.context(&self.name)?;
            if read as u64 > DOCUMENT_BYTES_MAX {
                let message =
                    format!("{}: a document is larger than {} MiB", self.name, DOCUMENT_BYTES_MAX >> 20);
                return Err(Failure::environment(message));
            }
            if self.lines && read == 0 {
                return Ok(None);
            }
            while self.lines && bytes.last().is_some_and(|byte| matches!(byte, b'\n' | b'\r')) {
                bytes.pop();
            }
            if self.lines && bytes.trim_ascii().is_empty() {
                continue;
            }
            let line = self.lines.then_some(self.at);
            return Ok(Some(Document { name: self.name.clone(), line, bytes }));
        }
    }
}
