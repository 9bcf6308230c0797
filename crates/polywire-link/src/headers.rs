//! Which header fields travel on as metadata, and which belong to one connection alone (RFC 9110, section 7.6.1).

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, header};
use polywire_call::Metadata;

/// Names the caller's token; it is taken out of what travels on.
pub(crate) const TOKEN: &str = "polywire-token";

/// Fields that are about one connection, or that each hop writes anew.
pub(crate) fn is_hop(name: &HeaderName) -> bool {
    // The length is compared first by the string comparison, so the list costs little.
    matches!(
        name.as_str(),
        "connection"
            | "content-length"
            | "expect"
            | "host"
            | "http2-settings"
            | "keep-alive"
            | "proxy-authenticate"
            | "proxy-authorization"
            | "proxy-connection"
            | "te"
            | "trailer"
            | "transfer-encoding"
            | "upgrade"
    )
}

/// Collects what travels on: fields that are no hop's own, are not listed in `connection`, and that `keep` accepts.
/// Values that are no UTF-8 text do not travel.
pub(crate) fn collect(headers: &HeaderMap, into: &mut Metadata, keep: impl Fn(&str) -> bool) {
    let listed = headers.contains_key(header::CONNECTION);
    for (name, value) in headers {
        if is_hop(name) || !keep(name.as_str()) || (listed && is_listed(headers, name)) {
            continue;
        }
        if let Ok(text) = std::str::from_utf8(value.as_bytes()) {
            into.push(name.as_str(), text);
        }
    }
}

fn is_listed(headers: &HeaderMap, name: &HeaderName) -> bool {
    headers
        .get_all(header::CONNECTION)
        .iter()
        .filter_map(|v| v.to_str().ok())
        .any(|list| list.split(',').any(|listed| listed.trim().eq_ignore_ascii_case(name.as_str())))
}

/// Writes metadata as header fields; what cannot stand in one is left out, and so is what each hop writes itself.
pub(crate) fn write(metadata: &Metadata, into: &mut HeaderMap, keep: impl Fn(&str) -> bool) {
    // One allocation for all values, of which each is a part.
    let text = Bytes::copy_from_slice(metadata.text().as_bytes());
    for (name, value) in metadata.places() {
        let name = &metadata.text()[name];
        if name == TOKEN || !keep(name) {
            continue;
        }
        let Some(name) = field_name(name).filter(|name| !is_hop(name)) else { continue };
        if let Ok(value) = HeaderValue::from_maybe_shared(text.slice(value)) {
            into.append(name, value);
        }
    }
}

/// The names that every call has cost no allocation.
fn field_name(name: &str) -> Option<HeaderName> {
    const EVERYWHERE: [HeaderName; 2] =
        [HeaderName::from_static("x-request-id"), HeaderName::from_static("traceparent")];
    let known = EVERYWHERE.into_iter().find(|known| known.as_str() == name);
    known.or_else(|| HeaderName::from_bytes(name.as_bytes()).ok())
}

/// Fields that describe a body or a request of HTTP and say nothing about a message of another protocol.
pub(crate) fn is_of_http(name: &str) -> bool {
    const PREFIXES: [&str; 3] = ["accept-", "if-", "sec-"];
    const CONTENT: [&str; 8] =
        ["type", "length", "encoding", "language", "location", "range", "disposition", "md5"];
    PREFIXES.iter().any(|start| name.starts_with(start))
        || name.strip_prefix("content-").is_some_and(|rest| CONTENT.contains(&rest))
        || matches!(
            name,
            "accept" | "allow" | "date" | "etag" | "last-modified" | "range" | "server" | "vary"
        )
}

/// A header field's value as text, where it is UTF-8.
pub(crate) fn text<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
    headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hops_own_fields_do_not_travel() {
        let mut headers = HeaderMap::new();
        for (name, value) in [
            ("connection", "close, X-Once"),
            ("x-once", "1"),
            ("te", "trailers"),
            ("host", "a"),
            ("authorization", "Bearer b"),
            ("x-many", "1"),
        ] {
            headers.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        headers.append("x-many", HeaderValue::from_static("2"));
        headers.append("x-latin", HeaderValue::from_bytes(b"\xe9").unwrap());
        let mut metadata = Metadata::default();
        collect(&headers, &mut metadata, |_| true);
        let found: Vec<(&str, &str)> = metadata.iter().collect();
        assert_eq!(found, [("authorization", "Bearer b"), ("x-many", "1"), ("x-many", "2")]);
    }

    #[test]
    fn what_cannot_stand_in_a_header_is_left_out() {
        let mut metadata = Metadata::default();
        metadata.push("good", "ü");
        metadata.push("bad name", "1");
        metadata.push("bad", "line\r\nbreak: 1");
        metadata.push("polywire-token", "secret");
        metadata.push("content-length", "7");
        let mut headers = HeaderMap::new();
        write(&metadata, &mut headers, |_| true);
        assert_eq!(headers.len(), 1);
        assert_eq!(text(&headers, "good"), Some("ü"));
    }
}
