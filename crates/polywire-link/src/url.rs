//! The address in a link's URL: `scheme://host:port/base`.

use polywire_call::LinkError;

/// Where a component listens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Address {
    /// Name or IP address, without brackets.
    pub(crate) host: String,
    /// The port.
    pub(crate) port: u16,
    /// `host:port` as it stands in `host` and `:authority`.
    pub(crate) authority: String,
    /// A path before every target, without a slash at its end; often empty.
    pub(crate) base: String,
}

impl Address {
    /// Takes a URL apart; `scheme` is the one that the link expects.
    pub(crate) fn parse(url: &str, scheme: &str, default_port: u16) -> Result<Address, LinkError> {
        let fail = |why: &str| LinkError { reason: format!("`{url}` is no address of this link: {why}") };
        let uri: http::Uri = url.parse().map_err(|_| fail("it is no URL"))?;
        if uri.scheme_str() != Some(scheme) {
            return Err(fail(&format!("it must begin with `{scheme}://`")));
        }
        let authority = uri.authority().ok_or_else(|| fail("it names no host"))?;
        if authority.as_str().contains('@') {
            return Err(fail("a user and password cannot stand in it"));
        }
        if uri.query().is_some() {
            return Err(fail("it cannot have a query"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']');
        if host.is_empty() {
            return Err(fail("it names no host"));
        }
        let port =
            match authority.as_str().strip_prefix(authority.host()).and_then(|rest| rest.strip_prefix(':')) {
                Some(port) => {
                    port.parse().ok().filter(|p| *p != 0).ok_or_else(|| fail("its port is wrong"))?
                }
                None => default_port,
            };
        let base = uri.path().trim_end_matches('/').to_string();
        Ok(Address { host: host.to_string(), port, authority: authority.as_str().to_string(), base })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(url: &str, expected: Result<(&str, u16, &str), &str>) {
        let found = Address::parse(url, "http", 80);
        match (&found, expected) {
            (Ok(a), Ok(e)) => assert_eq!((a.host.as_str(), a.port, a.base.as_str()), e),
            (Err(error), Err(part)) => assert!(error.reason.contains(part), "{}", error.reason),
            _ => panic!("{url}: {found:?}"),
        }
    }

    #[test]
    fn urls_are_taken_apart() {
        check("http://127.0.0.1:9000", Ok(("127.0.0.1", 9000, "")));
        check("http://users/v1/", Ok(("users", 80, "/v1")));
        check("http://[::1]:9000/a/b", Ok(("::1", 9000, "/a/b")));
        check("https://users", Err("`http://`"));
        check("http://", Err("no URL"));
        check("http://users:0", Err("port"));
        check("http://users:99999", Err("port"));
        check("http://a:b@users", Err("password"));
        check("http://users?x=1", Err("query"));
        check("users:9000", Err("`http://`"));
        check("http://exa mple", Err("no URL"));
    }
}
