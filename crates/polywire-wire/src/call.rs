//! The two forms in which the input and the outcomes of an operation travel.

use bytes::Bytes;

/// How a call lies on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Parameters and a body of a media type beside each other, a numeric status: HTTP with JSON.
    Document,
    /// One Protobuf message each way, errors as status with details: gRPC.
    Message,
}

/// One occurrence of a parameter: text of the leaf at `slot` in [`polywire_contract::Contract::parameters`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Param {
    /// The leaf's number.
    pub slot: u16,
    /// Its text, percent-decoded; a list has one occurrence per item.
    pub text: String,
    /// What a file holds, which has no text.
    pub file: Option<Bytes>,
}

impl Param {
    /// The slot of what breaks a rule outside of any leaf: a name that a closed record does not have. Its text is the
    /// path of the violation.
    pub const UNKNOWN: u16 = u16::MAX;
    /// The slot of a part whose media type is not listed. Its text is the path of the violation.
    pub const MEDIA: u16 = u16::MAX - 1;

    /// An occurrence that is text.
    pub fn text(slot: u16, text: impl Into<String>) -> Param {
        Param { slot, text: text.into(), file: None }
    }

    /// An occurrence that is bytes as they are.
    pub fn file(slot: u16, bytes: Bytes) -> Param {
        Param { slot, text: String::new(), file: Some(bytes) }
    }

    /// The rule that an occurrence outside of any leaf breaks.
    pub(crate) fn broken_rule(&self) -> Option<&'static str> {
        match self.slot {
            Param::UNKNOWN => Some("additionalProperties"),
            Param::MEDIA => Some("contentType"),
            _ => None,
        }
    }
}

/// What happens where a rule of the contract is broken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Validation {
    /// The message is refused.
    #[default]
    Enforce,
    /// The message passes and the violation is reported; what the target cannot hold is refused all the same.
    Observe,
}
