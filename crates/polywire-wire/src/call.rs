//! The two forms in which the input and the outcomes of an operation travel.

/// How a call lies on a wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Form {
    /// Parameters and a body of a media type beside each other, a numeric status: HTTP with JSON.
    Document,
    /// One Protobuf message each way, errors as status with details: gRPC.
    Message,
}

/// One occurrence of a parameter: text of the leaf at `slot` in [`polywire_contract::Contract::parameters`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Param {
    /// The leaf's number.
    pub slot: u16,
    /// Its text, percent-decoded; a list has one occurrence per item.
    pub text: String,
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
