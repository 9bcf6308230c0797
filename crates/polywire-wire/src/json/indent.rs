//! Lays JSON text out on lines. It must not know what the text says.

use super::scan::scan;

/// Appends JSON text with each member and item on a line of its own; empty objects and lists stay on one.
pub(crate) fn indent(text: &[u8], width: u8, out: &mut Vec<u8>) {
    let (mut at, mut depth, mut opened) = (0, 0, false);
    let line = |out: &mut Vec<u8>, depth: usize| {
        out.push(b'\n');
        out.resize(out.len() + depth * usize::from(width), b' ');
    };
    while let Some(byte) = text.get(at) {
        let start = at;
        at += 1;
        match byte {
            b' ' | b'\n' | b'\r' | b'\t' => continue,
            b'}' | b']' => {
                depth -= 1;
                if !std::mem::take(&mut opened) {
                    line(out, depth);
                }
                out.push(*byte);
                continue;
            }
            _ => {}
        }
        if std::mem::take(&mut opened) {
            line(out, depth);
        }
        match byte {
            b'"' => {
                at = after_string(text, at);
                out.extend_from_slice(&text[start..at]);
            }
            b':' => out.extend_from_slice(b": "),
            b',' => {
                out.push(b',');
                line(out, depth);
            }
            _ => out.push(*byte),
        }
        if matches!(byte, b'{' | b'[') {
            depth += 1;
            opened = true;
        }
    }
}

/// The place after the closing quote of a string.
fn after_string(text: &[u8], mut at: usize) -> usize {
    loop {
        at += scan(&text[at.min(text.len())..]);
        match text.get(at) {
            Some(b'\\') => at += 2,
            Some(b'"') => return at + 1,
            _ => return text.len(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_those_of_serde_json() {
        for text in [
            "5",
            r#""a{,}:[\"\\""#,
            "{}",
            "[ ]",
            r#"{"a":{},"b":[[],{"c":[1,2.5,null]}],"é\\":"x, y: {}"}"#,
            r#"[[[{"a":"\\\"","b":[ ]}]],-1,true]"#,
        ] {
            let value: serde_json::Value = serde_json::from_str(text).unwrap();
            let two = serde_json::to_string_pretty(&value).unwrap();
            for width in 1..=8 {
                let line = |line: &str| {
                    let rest = line.trim_start_matches(' ');
                    format!("{}{rest}", " ".repeat((line.len() - rest.len()) / 2 * usize::from(width)))
                };
                let expected: Vec<String> = two.split('\n').map(line).collect();
                let mut out = Vec::new();
                indent(text.as_bytes(), width, &mut out);
                assert_eq!(String::from_utf8(out).unwrap(), expected.join("\n"), "{text}");
            }
        }
    }
}
