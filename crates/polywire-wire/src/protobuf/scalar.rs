//! Values: numbers, and the well-known messages that are scalars elsewhere.

use super::ProtobufSource;
use super::source::{FIXED32, FIXED64, LENGTH, PACKED, VARINT};
use crate::Stop;
use crate::plan::Wire;
use crate::varint;

impl ProtobufSource<'_> {
    /// The bits of a number.
    #[inline(always)]
    pub(super) fn raw(&mut self, wire: Wire) -> Result<u64, Stop> {
        self.at = self.position;
        let expected = match wire {
            Wire::Varint | Wire::ZigZag => VARINT,
            Wire::Fixed32 => FIXED32,
            Wire::Fixed64 => FIXED64,
        };
        if self.wire != expected {
            if self.wire != PACKED {
                return Err(Stop::Type);
            }
            self.packed = expected;
        }
        match wire {
            Wire::Varint | Wire::ZigZag => varint::read(self.bytes, &mut self.position, self.end),
            Wire::Fixed32 => self.fixed::<4>().map(|bytes| u64::from(u32::from_le_bytes(bytes))),
            Wire::Fixed64 => self.fixed::<8>().map(u64::from_le_bytes),
        }
    }

    #[inline(always)]
    fn fixed<const N: usize>(&mut self) -> Result<[u8; N], Stop> {
        let bytes = self.bytes[..self.end].get(self.position..).and_then(|rest| rest.first_chunk::<N>());
        self.position += N;
        bytes.copied().ok_or(Stop::Malformed)
    }

    /// The fields 1 and 2 of a `Timestamp` or `Duration`; several occurrences are merged like any message.
    #[inline(always)]
    pub(super) fn pair(&mut self) -> Result<(i64, i64), Stop> {
        let at = self.position;
        let (mut first, mut second) = (0, 0);
        if self.top {
            let block = self.whole();
            read_pair(block, &mut first, &mut second)?;
            return Ok((first, second));
        }
        let (from, to) = if self.careful { self.span } else { (0, 1) };
        for entry in from..to {
            if self.careful {
                self.place(entry);
            }
            let block = self.block()?;
            read_pair(block, &mut first, &mut second)?;
        }
        self.at = at;
        Ok((first, second))
    }

    /// A `FieldMask`: its paths, from `snake_case` to `lowerCamel`, joined by commas.
    pub(super) fn read_mask(&mut self) -> Result<&[u8], Stop> {
        let at = self.position;
        let mut text = std::mem::take(&mut self.scratch.text);
        text.clear();
        if self.top {
            let result = read_paths(self.whole(), &mut text);
            self.scratch.text = text;
            return result.map(|()| &self.scratch.text[..]);
        }
        let (from, to) = if self.careful { self.span } else { (0, 1) };
        let mut result = Ok(());
        for entry in from..to {
            if self.careful {
                self.place(entry);
            }
            result = self.block().and_then(|block| read_paths(block, &mut text));
            if result.is_err() {
                break;
            }
        }
        self.scratch.text = text;
        self.at = at;
        result.map(|()| &self.scratch.text[..])
    }
}

impl<'a> ProtobufSource<'a> {
    /// The bytes of a message that is all there is.
    fn whole(&mut self) -> &'a [u8] {
        self.top = false;
        self.position = self.end;
        self.bytes
    }
}

#[inline(always)]
fn read_pair(block: &[u8], first: &mut i64, second: &mut i64) -> Result<(), Stop> {
    let (mut at, end) = (0, block.len());
    while at < end {
        match block[at] {
            0x08 => {
                at += 1;
                *first = varint::read(block, &mut at, end)? as i64;
            }
            0x10 => {
                at += 1;
                *second = i64::from(varint::read(block, &mut at, end)? as i32);
            }
            _ => skip_unknown(block, &mut at)?,
        }
    }
    Ok(())
}

/// Past a field that a well-known message does not have; groups are refused there.
fn skip_unknown(block: &[u8], at: &mut usize) -> Result<(), Stop> {
    let end = block.len();
    let tag = varint::read(block, at, end)?;
    if tag >> 32 != 0 || tag < 8 {
        return Err(Stop::Malformed);
    }
    if tag == 0x08 || tag == 0x10 {
        // Field 1 or 2, its tag longer than it needs to be.
        return Err(Stop::Malformed);
    }
    let length = match (tag & 7) as u8 {
        VARINT => varint::read(block, at, end).map(|_| 0)?,
        FIXED64 => 8,
        FIXED32 => 4,
        LENGTH => varint::read(block, at, end)?,
        _ => return Err(Stop::Malformed),
    };
    if length > (end - *at) as u64 {
        return Err(Stop::Malformed);
    }
    *at += length as usize;
    Ok(())
}

fn read_paths(block: &[u8], text: &mut Vec<u8>) -> Result<(), Stop> {
    let mut at = 0;
    while at < block.len() {
        if block[at] != 0x0a {
            skip_unknown(block, &mut at)?;
            continue;
        }
        at += 1;
        let length = varint::read(block, &mut at, block.len())?;
        if length > (block.len() - at) as u64 {
            return Err(Stop::Malformed);
        }
        let path = &block[at..at + length as usize];
        at += length as usize;
        varint::check_utf8(path)?;
        if !text.is_empty() {
            text.push(b',');
        }
        let mut upper = false;
        for byte in path {
            match byte {
                b'_' => upper = true,
                // What does not come back the same has no JSON form.
                b'A'..=b'Z' | b',' => return Err(Stop::Format),
                _ => {
                    text.push(if upper { byte.to_ascii_uppercase() } else { *byte });
                    upper = false;
                }
            }
        }
    }
    Ok(())
}
