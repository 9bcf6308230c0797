//! The forms of text that `buf.validate` knows by name: <https://protovalidate.com/reference/rules/string_rules/>.
//!
//! Some have the name of a format of JSON Schema and mean something else.

use core::net::{Ipv4Addr, Ipv6Addr};

use super::format::is_uri;

/// Whether a name is one that is checked.
pub(crate) fn is_known(name: &str) -> Option<WellKnown> {
    Some(match name {
        "email" => is_email,
        "hostname" => is_hostname,
        "ip" => |text| is_ipv4(text) || is_ipv6(text),
        "ipv4" => is_ipv4,
        "ipv6" => is_ipv6,
        "uri" => |text| is_uri(text.as_bytes(), true),
        "uri_ref" => |text| is_uri(text.as_bytes(), false),
        "address" => |text| is_hostname(text) || is_ipv4(text) || is_ipv6(text),
        "uuid" => is_uuid,
        "tuuid" => |text| text.len() == 32 && text.bytes().all(|byte| byte.is_ascii_hexdigit()),
        "ulid" => is_ulid,
        "ip_with_prefixlen" => |text| with_length(text, Family::Any, false),
        "ipv4_with_prefixlen" => |text| with_length(text, Family::Four, false),
        "ipv6_with_prefixlen" => |text| with_length(text, Family::Six, false),
        "ip_prefix" => |text| with_length(text, Family::Any, true),
        "ipv4_prefix" => |text| with_length(text, Family::Four, true),
        "ipv6_prefix" => |text| with_length(text, Family::Six, true),
        "host_and_port" => is_host_and_port,
        "protobuf_fqn" => is_full_name,
        "protobuf_dot_fqn" => |text| text.strip_prefix('.').is_some_and(is_full_name),
        "header_name" => |text| {
            let name = text.strip_prefix(':').unwrap_or(text);
            let token = |byte: u8| byte.is_ascii_alphanumeric() || b"!#$%&'*+,-.^_|~`".contains(&byte);
            !name.is_empty() && name.bytes().all(token)
        },
        "header_value" => |text| !text.bytes().any(|byte| byte < b' ' && byte != b'\t' || byte == 127),
        "header_name_loose" => |text| !text.is_empty() && is_one_line(text),
        "header_value_loose" => is_one_line,
        _ => return None,
    })
}

/// A form as what decides whether a text is of it.
pub(crate) type WellKnown = fn(&str) -> bool;

/// What HTML says of `input type=email`.
fn is_email(text: &str) -> bool {
    let atom = |byte: u8| byte.is_ascii_alphanumeric() || b".!#$%&'*+/=?^_`{|}~-".contains(&byte);
    let Some((local, host)) = text.split_once('@') else { return false };
    !local.is_empty() && local.bytes().all(atom) && host.split('.').all(is_label)
}

fn is_label(label: &str) -> bool {
    (1..=63).contains(&label.len())
        && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && !label.starts_with('-')
        && !label.ends_with('-')
}

fn is_hostname(text: &str) -> bool {
    if text.len() > 253 {
        return false;
    }
    let host = text.strip_suffix('.').unwrap_or(text);
    let numeric = |label: &str| label.bytes().all(|byte| byte.is_ascii_digit());
    host.split('.').all(is_label) && !host.rsplit('.').next().is_some_and(numeric)
}

fn is_ipv4(text: &str) -> bool {
    text.parse::<Ipv4Addr>().is_ok()
}

/// With a zone, where there is one.
fn is_ipv6(text: &str) -> bool {
    let (address, zone) = text.split_once('%').map_or((text, None), |(address, zone)| (address, Some(zone)));
    address.parse::<Ipv6Addr>().is_ok() && zone.is_none_or(|zone| !zone.is_empty() && !zone.contains('\0'))
}

fn is_uuid(text: &str) -> bool {
    text.len() == 36
        && text.bytes().enumerate().all(|(at, byte)| match at {
            8 | 13 | 18 | 23 => byte == b'-',
            _ => byte.is_ascii_hexdigit(),
        })
}

fn is_ulid(text: &str) -> bool {
    let letter = |byte: u8| byte.is_ascii_alphanumeric() && !b"ILOUilou".contains(&byte);
    text.len() == 26 && text.bytes().all(letter) && matches!(text.as_bytes()[0], b'0'..=b'7')
}

#[derive(Clone, Copy, PartialEq)]
enum Family {
    Four,
    Six,
    Any,
}

/// An address with the length of its prefix; a prefix has no bits after it.
fn with_length(text: &str, family: Family, prefix: bool) -> bool {
    let Some((address, length)) = text.rsplit_once('/') else { return false };
    let Some(length) = decimal(length) else { return false };
    let clear = |bits: u128, width: u32| {
        length <= width
            && (!prefix || length == 0 && bits == 0 || {
                let host = width - length;
                length > 0 && (host == 0 || bits & ((1u128 << host) - 1) == 0)
            })
    };
    match (address.parse::<Ipv4Addr>(), address.parse::<Ipv6Addr>()) {
        (Ok(address), _) if family != Family::Six => clear(u32::from(address).into(), 32),
        (_, Ok(address)) if family != Family::Four => clear(address.into(), 128),
        _ => false,
    }
}

/// A number without signs or zeros before it.
fn decimal(text: &str) -> Option<u32> {
    let plain = !text.is_empty()
        && text.len() <= 5
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'));
    plain.then(|| text.parse().ok()).flatten()
}

fn is_host_and_port(text: &str) -> bool {
    let is_port = |port: &str| decimal(port).is_some_and(|port| port <= 65_535);
    if let Some(rest) = text.strip_prefix('[') {
        return rest.rsplit_once("]:").is_some_and(|(address, port)| is_ipv6(address) && is_port(port));
    }
    text.rsplit_once(':').is_some_and(|(host, port)| (is_hostname(host) || is_ipv4(host)) && is_port(port))
}

fn is_full_name(text: &str) -> bool {
    text.split('.').all(|part| {
        part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
            && part.bytes().next().is_some_and(|byte| !byte.is_ascii_digit())
    })
}

fn is_one_line(text: &str) -> bool {
    !text.bytes().any(|byte| matches!(byte, 0 | b'\n' | b'\r'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms_accept_and_refuse() {
        let check = |name: &str, good: &[&str], bad: &[&str]| {
            let form = is_known(name).unwrap_or_else(|| panic!("{name}"));
            good.iter().for_each(|text| assert!(form(text), "{name} {text}"));
            bad.iter().for_each(|text| assert!(!form(text), "{name} {text}"));
        };
        check("email", &["a..b@x", "x@a-b.org"], &["a@b@c", "@x", "a@", "a@x.", "é@x.org"]);
        check("hostname", &["a.b.", "A-1.org"], &["a.1", "", "-a", "a..b", "."]);
        check("ipv6", &["::1", "fe80::1%eth0"], &["::1%", "::g"]);
        check("ip_with_prefixlen", &["10.0.0.1/8", "::1/128"], &["10.0.0.1/33", "10.0.0.1/08", "::1"]);
        check("ipv4_prefix", &["10.0.0.0/8", "0.0.0.0/0", "1.2.3.4/32"], &["10.0.0.1/8", "::/0"]);
        check("ipv6_prefix", &["::/0", "2001:db8::/32", "::1/128"], &["::1/64"]);
        check("host_and_port", &["a:1", "[::1]:80", "1.2.3.4:0"], &["a", "a:99999", "::1:80", "a:"]);
        check("protobuf_fqn", &["a.B_1", "a"], &[".a", "a.", "1a", ""]);
        check("protobuf_dot_fqn", &[".a.b"], &["a"]);
        check("ulid", &["01ARZ3NDEKTSV4RRFFQ69G5FAV"], &["81ARZ3NDEKTSV4RRFFQ69G5FAV", "01ARZ3"]);
        check("header_name", &[":authority", "x-a"], &["", ":", "a b"]);
        check("header_value", &["a\tb", ""], &["a\nb", "\u{7f}"]);
    }
}
