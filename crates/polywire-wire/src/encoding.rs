//! The encodings that plans read and write: one row each.

/// How a value lies in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// JSON text (RFC 8259), with the rules of the contract that the type was read from.
    Json,
    /// The Protobuf wire format.
    Protobuf,
}

/// What is known of an encoding.
#[derive(Clone, Copy, Debug)]
pub struct EncodingRow {
    /// The word on the command line and in `polywire.yaml`; also the folder's name.
    pub name: &'static str,
    /// The encoding.
    pub encoding: Encoding,
    /// Its media type.
    pub media: &'static str,
}

/// Every encoding, sorted by name.
pub const ENCODINGS: &[EncodingRow] = &[
    EncodingRow { name: "json", encoding: Encoding::Json, media: "application/json" },
    EncodingRow { name: "protobuf", encoding: Encoding::Protobuf, media: "application/x-protobuf" },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_sorted_and_named_once() {
        assert!(ENCODINGS.windows(2).all(|pair| pair[0].name < pair[1].name));
    }
}
