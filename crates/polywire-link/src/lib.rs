//! Transports: how calls come in and how they go out, one folder per link.
//!
//! Must never: look inside a message, decide a policy, hold a state that outlives a connection except pools.

mod dial;
mod grpc;
mod headers;
mod http;
mod linger;
mod listen;
mod payload;
mod url;

pub use grpc::{Grpc, HealthCheck, Serving};
pub use http::{Conflict, Http, conflicts};
pub use listen::{ListenOptions, bind, serve};

use polywire_call::Link;

/// Every link, sorted by name.
pub const LINKS: &[&dyn Link] = &[&grpc::Grpc, &http::Http];

/// Finds the link that a URL means by its scheme.
pub fn by_url(url: &str) -> Option<&'static dyn Link> {
    let scheme = url.split_once(':')?.0;
    LINKS.iter().copied().find(|link| link.schemes().contains(&scheme))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_folder_is_a_row() {
        let source = concat!(env!("CARGO_MANIFEST_DIR"), "/src");
        let mut folders: Vec<String> = std::fs::read_dir(source)
            .unwrap()
            .filter_map(|entry| entry.ok().filter(|e| e.path().is_dir()))
            .map(|entry| entry.file_name().into_string().unwrap())
            .collect();
        folders.sort();
        let names: Vec<&str> = LINKS.iter().map(|link| link.name()).collect();
        assert_eq!(folders, names);
    }

    #[test]
    fn a_scheme_finds_its_link() {
        assert_eq!(by_url("grpc://127.0.0.1:1").map(Link::name), Some("grpc"));
        assert_eq!(by_url("http://127.0.0.1:1").map(Link::name), Some("http"));
        assert!(by_url("gopher://127.0.0.1").is_none());
        assert!(by_url("nothing").is_none());
    }
}
