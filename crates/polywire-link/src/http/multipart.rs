//! `multipart/form-data` as parts and back: <https://www.rfc-editor.org/rfc/rfc7578>.
//!
//! Whatever another reader could take in another way is refused, so that what was checked is what the component reads.
//! Must never: know what a part means.

use std::fmt::Write;

use bytes::Bytes;
use http::HeaderName;
use memchr::memmem::{self, Finder};

/// How many parts a body may have.
pub(crate) const PARTS_MAX: usize = 1000;
/// Largest head of a part.
pub(crate) const HEAD_BYTES_MAX: usize = 8 << 10;
/// Longest boundary (RFC 2046, section 5.1.1).
const BOUNDARY_BYTES_MAX: usize = 70;

/// A part.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Part {
    /// The field's name.
    pub(crate) name: String,
    /// `content-type` as it came.
    pub(crate) media: Option<String>,
    /// `content-transfer-encoding`, lower case.
    pub(crate) transfer: Option<String>,
    /// What it holds.
    pub(crate) body: Bytes,
}

/// Why a body is no sequence of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Broken {
    /// It is not made as it must be.
    Malformed(&'static str),
    /// More parts than the limit.
    TooMany,
}

/// Takes a complete body apart; `media` is its `content-type`.
pub(crate) fn parts(body: &Bytes, media: &str) -> Result<Vec<Part>, Broken> {
    let boundary = boundary(media).ok_or(Broken::Malformed("The media type of the body has no boundary."))?;
    let delimiter = format!("\r\n--{boundary}");
    let finder = Finder::new(delimiter.as_bytes());
    let unended = Broken::Malformed("The body does not end with its boundary.");
    // The first delimiter may do without the line end before it.
    let mut at = match body.strip_prefix(&delimiter.as_bytes()[2..]) {
        Some(rest) => body.len() - rest.len(),
        None if body.starts_with(delimiter.as_bytes()) => delimiter.len(),
        None => return Err(Broken::Malformed("The body does not begin with its boundary.")),
    };
    let mut found = Vec::new();
    loop {
        let rest = &body[at..];
        if let Some(epilogue) = rest.strip_prefix(b"--") {
            let blank = epilogue.iter().all(|byte| matches!(byte, b' ' | b'\t' | b'\r' | b'\n'));
            return if blank {
                Ok(found)
            } else {
                Err(Broken::Malformed("Something follows the last part."))
            };
        }
        let blanks = rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
        let start = match rest[blanks..].strip_prefix(b"\r\n") {
            Some(_) => at + blanks + 2,
            None if rest.len() == blanks => return Err(unended),
            None => return Err(Broken::Malformed("A boundary is no line of its own.")),
        };
        if found.len() == PARTS_MAX {
            return Err(Broken::TooMany);
        }
        // The line end before the delimiter of an empty part is the one behind its head.
        let end = start + finder.find(&body[start..]).ok_or(unended)?;
        found.push(part(body, start, end)?);
        at = end + delimiter.len();
    }
}

fn part(body: &Bytes, start: usize, end: usize) -> Result<Part, Broken> {
    let bytes = &body[start..end];
    let within = &bytes[..bytes.len().min(HEAD_BYTES_MAX)];
    let malformed = Broken::Malformed("A part has no head that can be read.");
    let length = memmem::find(within, b"\r\n\r\n").ok_or(malformed)?;
    let (mut name, mut media, mut transfer) = (None, None, None);
    for line in std::str::from_utf8(&bytes[..length]).map_err(|_| malformed)?.split("\r\n") {
        let (field, value) = line.split_once(':').ok_or(malformed)?;
        let field = HeaderName::from_bytes(field.as_bytes()).map_err(|_| malformed)?;
        if value.chars().any(|c| c != '\t' && c.is_control()) {
            return Err(malformed);
        }
        let value = value.trim().to_string();
        let known = match field.as_str() {
            "content-disposition" => name.replace(disposition(&value).ok_or(malformed)?).is_some(),
            "content-type" => media.replace(value).is_some(),
            "content-transfer-encoding" => transfer.replace(value.to_ascii_lowercase()).is_some(),
            _ => false,
        };
        if known {
            return Err(malformed);
        }
    }
    let name = name.ok_or(Broken::Malformed("A part has no name."))?;
    Ok(Part { name, media, transfer, body: body.slice(start + length + 4..end) })
}

/// The name that `content-disposition` gives.
fn disposition(value: &str) -> Option<String> {
    let (kind, parameters) = value.split_once(';')?;
    if !kind.trim().eq_ignore_ascii_case("form-data") {
        return None;
    }
    let mut name = None;
    for (key, value) in parameters_of(parameters)? {
        match key.as_str() {
            "name" if name.is_none() && !value.contains(['\\', '"']) => name = Some(value),
            // Readers differ in which of several names they take.
            "name" | "name*" => return None,
            _ => {}
        }
    }
    name
}

fn boundary(media: &str) -> Option<String> {
    let (_, parameters) = media.split_once(';')?;
    let parameters = parameters_of(parameters)?;
    let mut named = parameters.into_iter().filter(|(key, _)| key == "boundary" || key == "boundary*");
    let (key, boundary) = named.next()?;
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"'()+_,-./:=? ".contains(&byte);
    let sound = (1..=BOUNDARY_BYTES_MAX).contains(&boundary.len())
        && boundary.bytes().all(allowed)
        && !boundary.ends_with(' ');
    (key == "boundary" && sound && named.next().is_none()).then_some(boundary)
}

/// `; name=value; name="value"`, names in lower case.
pub(crate) fn parameters_of(text: &str) -> Option<Vec<(String, String)>> {
    let mut found = Vec::new();
    let mut rest = text.trim_matches([' ', '\t', ';']);
    while !rest.is_empty() {
        let (key, after) = rest.split_once('=')?;
        let value;
        (value, rest) = match after.strip_prefix('"') {
            Some(quoted) => unquoted(quoted)?,
            None => {
                let end = after.find(';').unwrap_or(after.len());
                (after[..end].trim().to_string(), &after[end..])
            }
        };
        found.push((key.trim().to_ascii_lowercase(), value));
        let next = rest.trim_start_matches([' ', '\t']);
        if !next.is_empty() && !next.starts_with(';') {
            return None;
        }
        rest = next.trim_start_matches([' ', '\t', ';']);
    }
    Some(found)
}

/// The text up to the quote that ends it, and what follows.
fn unquoted(text: &str) -> Option<(String, &str)> {
    let mut value = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Some((value, &text[at + 1..])),
            '\\' => value.push(chars.next()?.1),
            c => value.push(c),
        }
    }
    None
}

/// A part that is to be written.
#[derive(Debug)]
pub(crate) struct Written<'p> {
    pub(crate) name: &'p str,
    /// It is a file, which has a name as such.
    pub(crate) file: bool,
    pub(crate) media: Option<&'p str>,
    pub(crate) body: &'p [u8],
}

/// Writes a body of parts; gives its media type with the boundary, and its bytes.
pub(crate) fn write(parts: &[Written<'_>]) -> (String, Vec<u8>) {
    let occurs =
        |boundary: &str| parts.iter().any(|part| memmem::find(part.body, boundary.as_bytes()).is_some());
    let mut numbers = 1u64..;
    let boundary = numbers.by_ref().map(|number| format!("polywire-part-{number:016}"));
    let boundary = boundary.into_iter().find(|boundary| !occurs(boundary)).expect("numbers do not end");
    let mut body = Vec::new();
    for part in parts {
        let name = part.name.replace('"', "%22").replace('\r', "%0D").replace('\n', "%0A");
        let mut head = format!("--{boundary}\r\nContent-Disposition: form-data; name=\"{name}\"");
        if part.file {
            let _ = write!(head, "; filename=\"{name}\"");
        }
        if let Some(media) = part.media {
            let _ = write!(head, "\r\nContent-Type: {media}");
        }
        head.push_str("\r\n\r\n");
        body.extend_from_slice(head.as_bytes());
        body.extend_from_slice(part.body);
        body.extend_from_slice(b"\r\n");
    }
    body.extend_from_slice(format!("--{boundary}--\r\n").as_bytes());
    (format!("multipart/form-data; boundary={boundary}"), body)
}

#[cfg(test)]
mod tests;
