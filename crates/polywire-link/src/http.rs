//! HTTP/1.1 and HTTP/2 requests with parameters and a body: <https://www.rfc-editor.org/rfc/rfc9110>.
//!
//! Must never: look inside a body; know what a policy does.

mod answer;
mod bind;
mod connect;
mod listen;
mod multipart;
mod percent;
mod pool;
mod render;
mod route;
mod style;

use std::sync::Arc;

use polywire_call::{Ends, Link, LinkError, LinkOptions, Routes};
use polywire_contract::Contract;
use polywire_wire::Form;

use crate::url::Address;

pub(crate) use listen::answer_request;
pub use route::{Conflict, conflicts};

/// REST, in both directions.
#[derive(Clone, Copy, Debug)]
pub struct Http;

/// Whether a media type lies in `*/*`, `text/*` or is just the one named.
fn in_range(range: &str, media: &str) -> bool {
    match range.strip_suffix('*') {
        Some("*/") => true,
        Some(start) => media.starts_with(start),
        None => range == media,
    }
}

impl Link for Http {
    fn name(&self) -> &'static str {
        "http"
    }

    fn schemes(&self) -> &'static [&'static str] {
        &["http"]
    }

    fn form(&self) -> Form {
        Form::Document
    }

    fn routes(&self, contract: &Contract) -> Option<Routes> {
        Some(Arc::new(route::Router::compile(contract)))
    }

    fn open(&self, url: &str, options: &LinkOptions) -> Result<Ends, LinkError> {
        let address = Address::parse(url, "http", 80)?;
        Ok(Ends { call: Some(Arc::new(connect::Target::new(address, options.clone())?)) })
    }
}
