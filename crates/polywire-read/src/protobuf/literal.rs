//! Values of options and defaults as literals of the model.

use polywire_contract::Literal;
use polywire_diag::Span;
use polywire_syntax::{Node, Number, Value};
use prost_reflect::Value as Proto;

/// A scalar; `None` for messages, lists, maps, infinities and NaN.
pub(super) fn literal(value: &Proto, span: Span) -> Option<Literal> {
    let value = match value {
        Proto::Bool(value) => Value::Bool(*value),
        Proto::String(text) => Value::Text(text.clone()),
        Proto::Bytes(bytes) => Value::Text(base64(bytes)),
        other => Value::Number(number(other)?),
    };
    Some(Node { span, value })
}

/// A finite number as it is written in JSON.
pub(super) fn number(value: &Proto) -> Option<Number> {
    let text = match value {
        Proto::I32(n) => n.to_string(),
        Proto::I64(n) => n.to_string(),
        Proto::U32(n) => n.to_string(),
        Proto::U64(n) => n.to_string(),
        Proto::F32(n) if n.is_finite() => n.to_string(),
        Proto::F64(n) if n.is_finite() => n.to_string(),
        Proto::EnumNumber(n) => n.to_string(),
        _ => return None,
    };
    Some(Number(text))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let all = chunk.iter().fold(0u32, |acc, b| acc << 8 | u32::from(*b)) << (8 * (3 - chunk.len()));
        for at in 0..4 {
            let letter = LETTERS[(all >> (18 - 6 * at) & 63) as usize];
            text.push(if at <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn bytes_are_base64_with_padding() {
        assert_eq!(super::base64(b"f"), "Zg==");
        assert_eq!(super::base64(b"fo"), "Zm8=");
        assert_eq!(super::base64(b"foo"), "Zm9v");
        assert_eq!(super::base64(b""), "");
    }
}
