//! Named formats of text, as JSON Schema 2020-12 lists them.

use core::net::{Ipv4Addr, Ipv6Addr};

use crate::text::{instant, time};

/// A format that is checked. Formats beyond these are annotations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// RFC 3339 `full-date`.
    Date,
    /// RFC 3339 `date-time`.
    DateTime,
    /// RFC 3339 `full-time`, or without an offset.
    Time,
    /// `1.5s`
    Duration,
    /// RFC 9562, 36 characters.
    Uuid,
    /// RFC 5321 mailbox with a host name.
    Email,
    /// RFC 1123.
    Hostname,
    /// Four decimal numbers.
    Ipv4,
    /// RFC 4291.
    Ipv6,
    /// RFC 3986 with a scheme.
    Uri,
    /// RFC 3986, relative or not.
    UriReference,
}

impl Format {
    /// The format of a name, where it is one that is checked.
    pub(crate) fn of(name: &str) -> Option<Format> {
        Some(match name {
            "date" => Format::Date,
            "date-time" => Format::DateTime,
            "time" => Format::Time,
            "uuid" => Format::Uuid,
            "email" => Format::Email,
            "hostname" => Format::Hostname,
            "ipv4" => Format::Ipv4,
            "ipv6" => Format::Ipv6,
            "uri" => Format::Uri,
            "uri-reference" => Format::UriReference,
            _ => return None,
        })
    }
}

/// Whether text, valid UTF-8, is of a format.
pub(crate) fn matches(format: Format, text: &[u8]) -> bool {
    match format {
        Format::Date => time::date(text).is_some(),
        Format::DateTime => instant::is_date_time(text),
        Format::Time => time::is_time(text),
        Format::Duration => time::duration(text).is_some(),
        Format::Uuid => is_uuid(text),
        Format::Email => is_email(text),
        Format::Hostname => is_hostname(text),
        Format::Ipv4 => parses::<Ipv4Addr>(text),
        Format::Ipv6 => parses::<Ipv6Addr>(text),
        Format::Uri => is_uri(text, true),
        Format::UriReference => is_uri(text, false),
    }
}

fn parses<T: std::str::FromStr>(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| text.parse::<T>().is_ok())
}

fn is_uuid(text: &[u8]) -> bool {
    text.len() == 36
        && text.iter().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => *byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_email(text: &[u8]) -> bool {
    let Some(at) = text.iter().rposition(|byte| *byte == b'@') else { return false };
    let (local, host) = (&text[..at], &text[at + 1..]);
    is_local_part(local) && is_mail_host(host)
}

fn is_mail_host(host: &[u8]) -> bool {
    match host.strip_prefix(b"[").and_then(|inner| inner.strip_suffix(b"]")) {
        Some(inner) => match inner.strip_prefix(b"IPv6:") {
            Some(address) => parses::<Ipv6Addr>(address),
            None => parses::<Ipv4Addr>(inner),
        },
        None => is_hostname(host),
    }
}

fn is_local_part(local: &[u8]) -> bool {
    if local.is_empty() || local.len() > 64 {
        return false;
    }
    if local.len() >= 2 && local.starts_with(b"\"") && local.ends_with(b"\"") {
        return is_quoted_local_part(&local[1..local.len() - 1]);
    }
    let atom =
        |byte: u8| byte.is_ascii_alphanumeric() || byte >= 128 || b"!#$%&'*+-/=?^_`{|}~".contains(&byte);
    local.split(|byte| *byte == b'.').all(|part| !part.is_empty() && part.iter().all(|byte| atom(*byte)))
}

fn is_quoted_local_part(inner: &[u8]) -> bool {
    let mut escaped = false;
    for byte in inner {
        if !escaped && (*byte == b'"' || *byte < b' ' || *byte == 127) {
            return false;
        }
        escaped = !escaped && *byte == b'\\';
    }
    !escaped
}

fn is_hostname(text: &[u8]) -> bool {
    text.len() <= 253
        && text.split(|byte| *byte == b'.').all(|label| {
            (1..=63).contains(&label.len())
                && label.iter().all(|byte| byte.is_ascii_alphanumeric() || *byte == b'-')
                && !label.starts_with(b"-")
                && !label.ends_with(b"-")
        })
}

/// RFC 3986, character by character: scheme, authority with a bracketed address, path, query, fragment.
pub(super) fn is_uri(text: &[u8], absolute: bool) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:/?#[]@!$&'()*+,;=%".contains(&byte);
    if !text.iter().all(|byte| allowed(*byte)) || !escapes_are_whole(text) {
        return false;
    }
    let end = text.iter().position(|byte| b":/?#".contains(byte)).unwrap_or(text.len());
    let has_scheme = text.get(end) == Some(&b':');
    let scheme = &text[..end];
    let scheme_fits = scheme.first().is_some_and(u8::is_ascii_alphabetic)
        && scheme.iter().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(byte));
    if has_scheme && !scheme_fits || absolute && !has_scheme {
        return false;
    }
    let rest = if has_scheme { &text[end + 1..] } else { text };
    if rest.iter().filter(|byte| **byte == b'#').count() > 1 {
        return false;
    }
    let (authority, path) = match rest.strip_prefix(b"//") {
        Some(after) => {
            let end = after.iter().position(|byte| b"/?#".contains(byte)).unwrap_or(after.len());
            after.split_at(end)
        }
        None => (&rest[..0], rest),
    };
    !path.iter().any(|byte| b"[]".contains(byte)) && is_authority(authority)
}

fn escapes_are_whole(text: &[u8]) -> bool {
    text.iter().enumerate().filter(|(_, byte)| **byte == b'%').all(|(at, _)| {
        text.get(at + 1..at + 3).is_some_and(|digits| digits.iter().all(u8::is_ascii_hexdigit))
    })
}

fn is_authority(authority: &[u8]) -> bool {
    let host = match authority.iter().rposition(|byte| *byte == b'@') {
        Some(at) if authority[..at].iter().any(|byte| b"[]@".contains(byte)) => return false,
        Some(at) => &authority[at + 1..],
        None => authority,
    };
    let (host, port) = match host.strip_prefix(b"[") {
        Some(inner) => {
            let Some(end) = inner.iter().position(|byte| *byte == b']') else { return false };
            if !parses::<Ipv6Addr>(&inner[..end]) && !inner.starts_with(b"v") {
                return false;
            }
            (&[][..], &inner[end + 1..])
        }
        None => {
            let end = host.iter().position(|byte| *byte == b':').unwrap_or(host.len());
            host.split_at(end)
        }
    };
    let port_fits = port.is_empty() || port[0] == b':' && port[1..].iter().all(u8::is_ascii_digit);
    port_fits && !host.iter().any(|byte| b"[]@".contains(byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, good: &[&str], bad: &[&str]) {
        let format = Format::of(name).unwrap();
        good.iter().for_each(|text| assert!(matches(format, text.as_bytes()), "{name} {text}"));
        bad.iter().for_each(|text| assert!(!matches(format, text.as_bytes()), "{name} {text}"));
    }

    #[test]
    fn formats_accept_and_refuse() {
        check(
            "email",
            &["joe@example.com", "te~st@x.org", "\"joe b\"@x.org", "joe@[127.0.0.1]"],
            &["2962", ".a@x.org", "a..b@x.org", "a@", "@b", "a@-x.org", "a b@x.org"],
        );
        check(
            "uuid",
            &["2EB8AA08-AA98-11EA-B4AA-73B441D16380"],
            &["2eb8-aa08-aa98-11ea-b4aa73b44-1d16380", ""],
        );
        check("ipv4", &["192.168.0.1"], &["127.0.0.0.1", "256.1.1.1", "0x7f.1"]);
        check("ipv6", &["::1", "::ffff:1.2.3.4"], &["12345::", "::1%eth0"]);
        check("hostname", &["www.example.com", "a", "x--y"], &["-a", "a-", "a_b", "", "a..b"]);
        check(
            "uri",
            &["http://x.org/a?b#c", "urn:a:b", "http://[::1]:80/", "mailto:a@b.c"],
            &["//x.org", "a", "http:// x", "bar,baz:x", "http://[a]/", "http://x/%zz", "a:\\b"],
        );
        check("uri-reference", &["/a", "#x", "", "//x"], &["\\a", "#a#b"]);
        check("date", &["2020-02-29"], &["2019-02-29", "2020-1-1", "2020-13-01", "2020-01-01T"]);
        check(
            "date-time",
            &["1990-12-31T23:59:60Z", "2020-01-01t00:00:00.5+01:00"],
            &["1990-12-31T23:58:60Z", "2020-01-01", "2020-01-01T24:00:00Z", "2020-01-01T00:00:00"],
        );
        check(
            "time",
            &["08:30:06Z", "08:30:06.283185-01:00", "08:30:06"],
            &["24:00:00Z", "08:30", "08:30:06 Z"],
        );
    }
}
