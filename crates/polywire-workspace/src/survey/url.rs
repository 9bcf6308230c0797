//! URLs and addresses inside of lines; credentials never leave here.

/// A URL that stands in a text.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Url<'a> {
    pub(crate) scheme: &'a str,
    pub(crate) host: &'a str,
    pub(crate) port: Option<u16>,
    /// Up to the path, without user and password.
    pub(crate) shown: String,
}

/// Every URL in a line, in order.
pub(crate) fn urls(line: &str) -> Vec<Url<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    while let Some(at) = line[from..].find("://").map(|at| from + at) {
        from = at + 3;
        let scheme_start = line[..at]
            .rfind(|c: char| !c.is_ascii_alphanumeric() && !matches!(c, '+' | '.'))
            .map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
        let scheme = &line[scheme_start..at];
        let rest = &line[at + 3..];
        let user = user_end(rest);
        let host_port = &rest[user.unwrap_or(0)..];
        let host_port = &host_port[..host_port.find(|c: char| !is_authority(c)).unwrap_or(host_port.len())];
        let (host, port) = match host_port.rsplit_once(':') {
            Some((host, port)) => (host, port.parse().ok()),
            None => (host_port, None),
        };
        if scheme.is_empty() || host.is_empty() || !host.starts_with(|c: char| c.is_ascii_alphanumeric()) {
            continue;
        }
        let user = if user.is_some() { "***@" } else { "" };
        let port_shown = port.map_or_else(String::new, |port: u16| format!(":{port}"));
        found.push(Url { scheme, host, port, shown: format!("{scheme}://{user}{host}{port_shown}") });
    }
    found
}

fn is_authority(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | ':')
}

/// Where the host begins in what follows `://`, if there are a user and a password before it; those may have any
/// character but blanks and quotes.
pub(crate) fn user_end(rest: &str) -> Option<usize> {
    let token = &rest[..rest.find([' ', '"', '\'', '`', '<', '>', '\n']).unwrap_or(rest.len())];
    let first = &token[..token.find(['/', '?', '#']).unwrap_or(token.len())];
    let at = |text: &str| text.rfind('@').map(|at| at + 1);
    let has_port =
        |text: &str| text.rsplit_once(':').is_none_or(|(_, port)| port.bytes().all(|b| b.is_ascii_digit()));
    at(first).or_else(|| if has_port(first) { None } else { at(token) })
}

/// Every `1.2.3.4:80` in a line that is no part of a URL.
pub(crate) fn sockets(line: &str) -> Vec<(&str, u16)> {
    let mut found = Vec::new();
    for (at, _) in line.match_indices(':') {
        let start = line[..at]
            .rfind(|c: char| !c.is_ascii_digit() && c != '.')
            .map_or(0, |before| before + line[before..].chars().next().map_or(1, char::len_utf8));
        let host = &line[start..at];
        let octets = host.split('.').filter(|part| part.parse::<u8>().is_ok()).count();
        let rest = &line[at + 1..];
        let digits = rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(rest.len());
        let is_url = line[..start].ends_with("//") || line[..start].ends_with('@');
        if octets == 4
            && host.split('.').count() == 4
            && !is_url
            && let Ok(port) = rest[..digits].parse::<u16>()
            && port > 0
        {
            found.push((host, port));
        }
    }
    found
}

/// `host:port`, and nothing else.
pub(crate) fn host_port(text: &str) -> Option<(&str, u16)> {
    let (host, port) = text.rsplit_once(':')?;
    let usable = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    let plausible = host.starts_with(|c: char| c.is_ascii_alphanumeric()) && host.chars().all(usable);
    plausible.then(|| port.parse().ok().map(|port| (host, port)))?
}

/// This machine, whatever it is called.
pub(crate) fn is_local(host: &str) -> bool {
    matches!(host, "localhost" | "127.0.0.1" | "0.0.0.0" | "host.docker.internal")
}

/// What cannot be reached but stands in examples and documents.
pub(crate) fn is_example(host: &str) -> bool {
    ["example.com", "example.org", "example.net"]
        .iter()
        .any(|end| host.strip_suffix(end).is_some_and(|rest| rest.is_empty() || rest.ends_with('.')))
        || host.ends_with(".example")
        || host.ends_with(".invalid")
        || host.ends_with(".test")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_are_found_without_their_credentials() {
        let shown = |line: &str| urls(line).into_iter().map(|url| url.shown).collect::<Vec<_>>();
        assert_eq!(
            shown("x = \"http://users:8000/api\", 'postgres://a:b@db:5432/x'"),
            ["http://users:8000", "postgres://***@db:5432"]
        );
        assert_eq!(shown("ü://x ://y http://"), Vec::<String>::new());
        assert_eq!(shown("ühttp://${HOST}:80 grpc://a_b:1"), ["grpc://a_b:1"]);
        assert_eq!(urls("http://h:99999/")[0].port, None);
    }

    #[test]
    fn sockets_are_four_numbers_and_a_port() {
        assert_eq!(
            sockets("connect(10.0.0.5:5432) 1.2.3:4 1.2.3.4.5:6 999.1.1.1:2 http://10.0.0.1:80"),
            [("10.0.0.5", 5432)]
        );
        assert_eq!(host_port("users:50051"), Some(("users", 50051)));
        assert_eq!(host_port("a b:1"), None);
    }
}
