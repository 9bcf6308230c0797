//! Text forms that several encodings share: RFC 3339, decimal digits, base64.

pub(crate) mod base64;
pub(crate) mod decimal;
pub(crate) mod digits;
pub(crate) mod instant;
pub(crate) mod time;
