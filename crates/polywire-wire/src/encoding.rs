//! What is known of an encoding; the table of all of them stands in `lib.rs`.

/// How a value lies in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Encoding {
    /// Avro's binary encoding of one value, without a header.
    Avro,
    /// JSON text (RFC 8259), with the rules of the contract that the type was read from.
    Json,
    /// A C type in memory: little-endian, by the System V ABI.
    Layout,
    /// The Protobuf wire format.
    Protobuf,
    /// COBOL records: items at fixed places, as a copybook says.
    Record,
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

impl Encoding {
    /// Its row in the table of encodings.
    pub fn row(self) -> &'static EncodingRow {
        crate::ENCODINGS.iter().find(|row| row.encoding == self).unwrap_or(&crate::json::ENCODING)
    }
}
