//! How messages follow each other in a stream of bytes.

use std::io::{self, BufRead, BufReader, Read, Write};

use crate::exit::{Context, Failure};

/// The largest message that is read, in bytes.
const MESSAGE_BYTES_MAX: u64 = 64 << 20;

/// How messages follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Framing {
    /// One on each line; empty lines are passed over.
    Lines,
    /// The length in bytes as a varint in front of each.
    Delimited,
    /// There is one.
    Single,
}

/// One message as it came.
pub(super) struct Frame<'r> {
    /// From 1.
    pub(super) number: u64,
    /// Where it begins in the input, in bytes.
    pub(super) offset: u64,
    pub(super) bytes: &'r [u8],
}

/// Takes messages out of a stream, one at a time, whatever its length.
pub(super) struct Reader<R> {
    input: BufReader<R>,
    framing: Framing,
    message: Vec<u8>,
    number: u64,
    offset: u64,
    ended: bool,
}

impl<R: Read> Reader<R> {
    pub(super) fn new(input: R, framing: Framing) -> Self {
        let input = BufReader::with_capacity(1 << 16, input);
        Reader { input, framing, message: Vec::new(), number: 0, offset: 0, ended: false }
    }

    /// The next message; none at the end.
    ///
    /// # Errors
    /// The input cannot be read, ends inside of a message, or has one that is too large.
    pub(super) fn next(&mut self) -> Result<Option<Frame<'_>>, Failure> {
        self.message.clear();
        let head = match self.framing {
            Framing::Lines => self.line()?,
            Framing::Delimited => self.delimited()?,
            Framing::Single => self.single()?,
        };
        let Some(head) = head else { return Ok(None) };
        self.number += 1;
        let offset = self.offset + head;
        self.offset = offset + self.message.len() as u64;
        if self.framing == Framing::Lines {
            trim_end(&mut self.message);
        }
        Ok(Some(Frame { number: self.number, offset, bytes: &self.message }))
    }

    /// Reads a line that is not empty; how many bytes of empty ones came before it.
    fn line(&mut self) -> Result<Option<u64>, Failure> {
        let mut passed = 0;
        loop {
            self.message.clear();
            let mut limited = (&mut self.input).take(MESSAGE_BYTES_MAX + 1);
            let read = limited.read_until(b'\n', &mut self.message).context("cannot read the input")?;
            if read == 0 {
                return Ok(None);
            }
            self.check_size(read as u64)?;
            if !self.message.trim_ascii().is_empty() {
                return Ok(Some(passed));
            }
            passed += read as u64;
        }
    }

    /// Reads a length and what it covers; how many bytes the length has.
    fn delimited(&mut self) -> Result<Option<u64>, Failure> {
        let (mut length, mut read) = (0_u64, 0_u64);
        loop {
            let mut byte = [0];
            if self.input.read(&mut byte).context("cannot read the input")? == 0 {
                return if read == 0 { Ok(None) } else { Err(self.cut_off()) };
            }
            let part = u64::from(byte[0] & 0x7f);
            if read >= 10 || (read == 9 && part > 1) {
                return Err(self.wrong("has a length that is no varint"));
            }
            length |= part << (7 * read);
            read += 1;
            if byte[0] & 0x80 == 0 {
                break;
            }
        }
        self.check_size(length)?;
        let got =
            (&mut self.input).take(length).read_to_end(&mut self.message).context("cannot read the input")?;
        if (got as u64) < length { Err(self.cut_off()) } else { Ok(Some(read)) }
    }

    fn single(&mut self) -> Result<Option<u64>, Failure> {
        if std::mem::replace(&mut self.ended, true) {
            return Ok(None);
        }
        let mut limited = (&mut self.input).take(MESSAGE_BYTES_MAX + 1);
        let read = limited.read_to_end(&mut self.message).context("cannot read the input")?;
        self.check_size(read as u64)?;
        Ok(Some(0))
    }

    fn check_size(&self, bytes: u64) -> Result<(), Failure> {
        if bytes <= MESSAGE_BYTES_MAX {
            return Ok(());
        }
        Err(self.wrong(&format!("is larger than {} MiB", MESSAGE_BYTES_MAX >> 20)))
    }

    fn cut_off(&self) -> Failure {
        self.wrong("is cut off by the end of the input")
    }

    fn wrong(&self, what: &str) -> Failure {
        Failure::wrong(format!("message {}, which begins at byte {}, {what}", self.number + 1, self.offset))
    }
}

fn trim_end(line: &mut Vec<u8>) {
    for end in [b'\n', b'\r'] {
        if line.last() == Some(&end) {
            line.pop();
        }
    }
}

/// Writes a message with what stands around it.
pub(super) fn write(out: &mut impl Write, framing: Framing, message: &[u8]) -> io::Result<()> {
    match framing {
        Framing::Lines => {
            out.write_all(message)?;
            out.write_all(b"\n")
        }
        Framing::Delimited => {
            let mut length = message.len();
            while length >= 0x80 {
                out.write_all(&[(length as u8) | 0x80])?;
                length >>= 7;
            }
            out.write_all(&[length as u8])?;
            out.write_all(message)
        }
        Framing::Single => out.write_all(message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(framing: Framing, input: &[u8]) -> Result<Vec<(u64, Vec<u8>)>, String> {
        let mut reader = Reader::new(input, framing);
        let mut found = Vec::new();
        while let Some(frame) = reader.next().map_err(|failure| failure.to_string())? {
            found.push((frame.offset, frame.bytes.to_vec()));
        }
        Ok(found)
    }

    #[test]
    fn lines_are_messages() {
        let found = read(Framing::Lines, b"{}\r\n\n \n[1]\n2").expect("it is whole");
        assert_eq!(found, [(0, b"{}".to_vec()), (7, b"[1]".to_vec()), (11, b"2".to_vec())]);
    }

    #[test]
    fn lengths_are_varints() {
        let long = vec![7; 300];
        let mut input = Vec::new();
        for message in [&b"abc"[..], b"", &long] {
            write(&mut input, Framing::Delimited, message).expect("memory takes it");
        }
        let found = read(Framing::Delimited, &input).expect("it is whole");
        assert_eq!(found, [(1, b"abc".to_vec()), (5, Vec::new()), (7, long)]);
        let whole = read(Framing::Single, &input).expect("it is whole");
        assert_eq!(whole, [(0, input)]);
    }

    #[test]
    fn what_is_cut_off_or_too_large_is_said() {
        for (input, expected) in [
            (&b"\x05ab"[..], "message 1, which begins at byte 0, is cut off by the end of the input"),
            (b"\x80", "message 1, which begins at byte 0, is cut off by the end of the input"),
            (b"\x01a\xff\xff\xff\xff\x7f", "message 2, which begins at byte 2, is larger than 64 MiB"),
            (&[0xff; 11], "message 1, which begins at byte 0, has a length that is no varint"),
        ] {
            assert_eq!(read(Framing::Delimited, input).expect_err("it is wrong"), expected);
        }
    }
}
