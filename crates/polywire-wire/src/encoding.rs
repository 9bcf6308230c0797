//! What is known of an encoding; the table of all of them stands in `lib.rs`.

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
