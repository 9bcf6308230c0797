//! A place: everything that a sink needs there, and a source without names, computed when the plan is compiled.

use polywire_contract::ProtoKind;

use super::Cell;

/// Longest key that lies in the slot itself, with comma, quotes and colon.
const KEY_BYTES_MAX: usize = 32;

/// A place. Each encoding has its own facets in it.
#[derive(Clone, Debug)]
pub struct Slot {
    /// `,"name":`, or `,` for an item, or nothing; padded so that a block of 32 can be taken at 0 and at 1.
    pub(crate) key: [u8; KEY_BYTES_MAX + 1],
    pub(crate) key_length: u8,
    /// A key that is too long for the block.
    pub(crate) long_key: Option<Box<[u8]>>,
    /// The Protobuf tag's bytes, little-endian.
    pub(crate) tag: u64,
    pub(crate) tag_length: u8,
    /// Protobuf: the zero value is not written.
    pub(crate) implicit: bool,
    /// Protobuf: a list in one block.
    pub(crate) packed: bool,
    /// JSON: the zero value is not written.
    pub(crate) omit_zero: bool,
    /// Parameters: the leaf's number.
    pub(crate) param: u16,
    /// Parameters: the leaf's text is JSON.
    pub(crate) json: bool,
    /// How the value lies in the source, where a description beside the type says it.
    pub(crate) from: Option<Box<Cell>>,
    /// The same in the target.
    pub(crate) to: Option<Box<Cell>>,
    /// Parameters: bytes stand there as they are.
    pub(crate) file: bool,
}

/// What stands before a value in JSON.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Key {
    /// Nothing: the whole message, or a map's member whose key was written already.
    Bare,
    /// A comma, except before the first.
    Item,
    /// A member's name.
    Name(String),
}

/// The Protobuf wire types.
pub(crate) fn wire_type(kind: ProtoKind) -> u32 {
    match kind {
        ProtoKind::Double | ProtoKind::Fixed64 | ProtoKind::Sfixed64 => 1,
        ProtoKind::Float | ProtoKind::Fixed32 | ProtoKind::Sfixed32 => 5,
        ProtoKind::String | ProtoKind::Bytes | ProtoKind::Message => 2,
        _ => 0,
    }
}

impl Slot {
    /// A place without a name, number or leaf.
    pub(crate) fn bare() -> Slot {
        Slot {
            key: [0; KEY_BYTES_MAX + 1],
            key_length: 0,
            long_key: None,
            tag: 0,
            tag_length: 0,
            implicit: false,
            packed: false,
            omit_zero: false,
            param: u16::MAX,
            json: false,
            from: None,
            to: None,
            file: false,
        }
    }

    /// Sets what stands before the value in JSON.
    pub(crate) fn with_key(mut self, key: &Key) -> Slot {
        let text = match key {
            Key::Bare => Vec::new(),
            Key::Item => b",".to_vec(),
            Key::Name(name) => {
                let mut text = b",".to_vec();
                text.extend_from_slice(&crate::json::quoted(name));
                text.push(b':');
                text
            }
        };
        if text.len() <= KEY_BYTES_MAX {
            self.key[..text.len()].copy_from_slice(&text);
            self.key_length = text.len() as u8;
        } else {
            self.long_key = Some(text.into());
        }
        self
    }

    /// Sets the tag; number 0 is no tag.
    pub(crate) fn with_tag(mut self, number: u32, wire_type: u32) -> Slot {
        let mut rest = u64::from(number) << 3 | u64::from(wire_type);
        (self.tag, self.tag_length) = (0, 0);
        while number > 0 && (rest > 0 || self.tag_length == 0) {
            let byte = if rest > 127 { rest & 127 | 128 } else { rest };
            self.tag |= byte << (8 * self.tag_length);
            self.tag_length += 1;
            rest >>= 7;
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_are_varints() {
        let check = |number, wire, bytes: &[u8]| {
            let slot = Slot::bare().with_tag(number, wire);
            assert_eq!(&slot.tag.to_le_bytes()[..slot.tag_length as usize], bytes, "{number}");
        };
        check(0, 2, &[]);
        check(1, 2, &[10]);
        check(16, 0, &[0x80, 1]);
        check((1 << 29) - 1, 2, &[0xfa, 0xff, 0xff, 0xff, 0x0f]);
    }

    #[test]
    fn long_names_have_a_place_of_their_own() {
        let name = "a".repeat(40);
        let slot = Slot::bare().with_key(&Key::Name(name.clone()));
        assert_eq!(slot.long_key.as_deref(), Some(format!(",\"{name}\":").as_bytes()));
    }
}
